// Element by element: what an instruction set offers. Output may be input: element i is read before it is written.
#pragma once
#include "../epilogue.hpp"

namespace accord {

// out = clamp(round(x / scale) + zero), rounding as the contract does; a NaN gives `high`.
struct QuantizeCall {
  const float *x;
  uint8_t *out;
  size_t count;
  Contract contract = contract_fma;
  float scale = 1;
  int32_t zero = 0, low = 0, high = 0;  // of the output's own type
};

// out = (x - zero) * scale.
struct DequantizeCall {
  const uint8_t *x;
  float *out;
  size_t count;
  bool is_signed;
  float scale;
  int32_t zero;
};

// The sum of two tensors, requantized. Zero points and bounds are of the operands' own type: `onnx` computes there.
struct AddCall {
  const uint8_t *a, *b;
  uint8_t *out;
  size_t count;
  bool is_signed = false;
  Contract contract = contract_fma;
  int32_t zero_a = 0, zero_b = 0, zero = 0, low = 0, high = 0;
  float ratio_a = 0, ratio_b = 0;                        // fma, onnx: S_a / S_y, S_b / S_y
  float offset = 0;                                      // onnx: Z_y - fma(r_a, Z_a, r_b * Z_b)
  int32_t fraction_a = 0, fraction_b = 0, fraction = 0;  // tflite: Q31 multipliers
  int32_t shift_a = 0, shift_b = 0, shift = 0;
};

// out = (a - zero_a) * (b - zero_b), requantized. Zero points and bounds are of the operands' own type, which is the
// output's.
struct MultiplyCall {
  const uint8_t *a, *b;
  uint8_t *out;
  size_t count, period = 0;  // of a and the output; of b, which is taken again and again: it divides `count`
  bool is_signed = false;
  int32_t zero_a = 0, zero_b = 0;
  Contract contract = contract_fma;
  int32_t zero = 0, low = 0, high = 0;
  float multiplier = 0;             // fma, onnx
  int32_t fraction = 0, shift = 0;  // tflite
};

// Rows of bytes, `count` of each and `stride` apart, to pixels: out[i * channels + c] = planes[c * stride + i].
struct InterleaveCall {
  const uint8_t *planes;
  size_t stride, channels, count;
  uint8_t *out;
};

static inline void interleave_some(const InterleaveCall &call, size_t first) {
  for (size_t i = first; i < call.count; ++i)
    for (size_t c = 0; c < call.channels; ++c) call.out[i * call.channels + c] = call.planes[c * call.stride + i];
}

// Calls are passed by value: another's could change by what is stored through a pointer to bytes, and would be read
// again for each element.
struct PointwiseTable {
  void (*quantize)(QuantizeCall call);
  void (*dequantize)(DequantizeCall call);
  void (*add)(AddCall call);
  void (*multiply)(MultiplyCall call);
  void (*lookup)(const uint8_t *x, const uint8_t *table, uint8_t *out, size_t count);
  void (*interleave)(InterleaveCall call);
};

extern const PointwiseTable pointwise_scalar, pointwise_wasm, pointwise_avx2, pointwise_avx512vnni,
    pointwise_avx512vbmi, pointwise_neon;

}  // namespace accord
