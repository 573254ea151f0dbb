// Element by element: the float state set, blocks of 32-bit products requantized.
#pragma once
#include "../registry/registry.hpp"
#include "settings.hpp"

namespace accord {

void quantize(const PointwiseTable &table, const QuantizeCall &call);
void dequantize(const PointwiseTable &table, const DequantizeCall &call);
void add(const PointwiseTable &table, AddCall call);  // its offset is computed here

struct MultiplyCall {
  const uint8_t *a, *b;
  uint8_t *out;
  size_t count;
  bool is_signed;
  int32_t zero_a, zero_b;
};

// The products are requantized with the output's one multiplier, under `onnx` by a rule of their own.
void multiply(const PointwiseTable &table, const RequantizeTable &finish, const OutputSettings &output,
              const MultiplyCall &call);

}  // namespace accord
