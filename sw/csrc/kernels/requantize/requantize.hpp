// 32-bit sums to the output: what an instruction set offers.
#pragma once
#include "../epilogue.hpp"

namespace accord {

struct RequantizeTable {
  // Row i of the sums to out + i * out_stride.
  void (*run)(const Epilogue &epilogue, const Sums &sums, uint8_t *out, ptrdiff_t out_stride);
};

extern const RequantizeTable requantize_scalar, requantize_wasm, requantize_avx2, requantize_avx512vnni,
    requantize_avx512vbmi, requantize_neon;

}  // namespace accord
