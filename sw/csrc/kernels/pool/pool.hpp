// Pooling windows, channels side by side: what an instruction set offers.
#pragma once
#include <stddef.h>
#include <stdint.h>

namespace accord {

struct PoolCall {
  const uint8_t *const *rows;  // rows[t]: the channels of tap t; one pixel
  size_t taps, channels;
  bool is_signed;
  int32_t zero;  // what sum takes from every element
};

// tflite's average: sums divided by a number of elements, ties away from zero, clamped in s8.
struct DivideCall {
  const int32_t *sums;
  size_t channels;
  int32_t elements;  // positive
  int32_t low, high;
  uint32_t flip;  // as in Epilogue
};

struct PoolTable {
  void (*maximum)(const PoolCall &call, uint8_t *out);
  void (*sum)(const PoolCall &call, int32_t *out);
  void (*divide)(const DivideCall &call, uint8_t *out);
};

extern const PoolTable pool_scalar, pool_avx2, pool_avx512vnni;

}  // namespace accord
