// Pooling windows, channels side by side: what an instruction set offers.
#pragma once
#include <stddef.h>
#include <stdint.h>

namespace accord {

// Windows beside each other that stand on the same taps: tap t of window i begins at rows[t] + i * step.
struct PoolCall {
  const uint8_t *const *rows;
  size_t taps, windows;
  ptrdiff_t step;
  size_t channels;
  bool is_signed;
  int32_t zero;  // what sum takes from every element
};

// tflite's average: sums divided by a number of elements, ties away from zero, clamped in s8.
struct DivideCall {
  const int32_t *sums;
  size_t count;
  int32_t elements;  // positive
  int32_t low, high;
  uint32_t flip;  // as in Epilogue
};

struct PoolTable {
  // Window after window, one result a channel; modulo 2^32 are the sums.
  void (*maximum)(PoolCall call, uint8_t *out);
  void (*sum)(PoolCall call, int32_t *out);
  void (*divide)(DivideCall call, uint8_t *out);
};

extern const PoolTable pool_scalar, pool_wasm, pool_avx2, pool_avx512vnni, pool_neon;

}  // namespace accord
