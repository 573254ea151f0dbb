// What happens to a 32-bit sum before it is stored. Plain data: instruction-set units include it.
#pragma once
#include <stddef.h>
#include <stdint.h>

namespace accord {

enum Contract : int32_t { contract_s32 = 0, contract_fma = 1, contract_onnx = 2, contract_tflite = 3 };

// Everything is computed in s8: zero point and bounds are those of the u8 type less 128, and `flip` turns the byte
// into u8 at the end. The arrays have an entry a channel and are padded to a multiple of `channel_padding`.
struct Epilogue {
  Contract contract;
  int32_t zero, low, high;  // low <= high, in [-128, 127]; zero in [-128, 127]
  uint32_t flip;            // 0x80 where the output is u8, else 0
  const int32_t *bias;      // zero-point correction included, modulo 2^32
  const float *multiplier;  // fma, onnx
  bool is_small;            // fma, onnx: all multipliers are at most 1/2, so that no product is beyond integers
  const int32_t *fraction;  // tflite: Q31 multiplier, 0 or in [2^30, 2^31)
  const int32_t *shift;     // tflite: in [-31, 30], a left shift where positive
  const uint8_t *lookup;    // 256 bytes indexed by the output's bits, or null
};

constexpr size_t channel_padding = 64;

// A block of 32-bit sums to finish: `rows` by `columns` channels from `channel` on.
struct Sums {
  const int32_t *data;  // row i at data + i * stride
  size_t stride, rows, columns, channel;
};

}  // namespace accord
