// The reference: one element after another.
#include "pointwise.hpp"

#include "../scalar_number.hpp"

namespace accord {
namespace {

void quantize(QuantizeCall c) {
  for (size_t i = 0; i < c.count; ++i) {
    const float steps = clamp(c.x[i] / c.scale, c.low - c.zero, c.high - c.zero);
    const int32_t rounded = c.contract == contract_onnx ? round_even(steps) : round_away(steps);
    c.out[i] = static_cast<uint8_t>(rounded + c.zero);
  }
}

void dequantize(DequantizeCall c) {
  for (size_t i = 0; i < c.count; ++i)
    c.out[i] = static_cast<float>(load_activation(c.x + i, c.is_signed) - c.zero) * c.scale;
}

// fma: sat8(RMM(fma(f32(a - Z_a), r_a, fma(f32(b - Z_b), r_b, f32(Z_y))))), in s8.
int32_t add_fma(const AddCall &c, int32_t a, int32_t b) {
  const int32_t shift = c.is_signed ? 0 : 128;
  const float zero = static_cast<float>(c.zero - shift);
  const float second = __builtin_fmaf(static_cast<float>(b - c.zero_b), c.ratio_b, zero);
  const float sum = __builtin_fmaf(static_cast<float>(a - c.zero_a), c.ratio_a, second);
  return round_away(clamp(sum, c.low - shift, c.high - shift)) + shift;
}

// onnx: sat(RNE(fma(a, r_a, fma(b, r_b, F)))), in the operands' own type.
int32_t add_onnx(const AddCall &c, int32_t a, int32_t b) {
  const float second = __builtin_fmaf(static_cast<float>(b), c.ratio_b, c.offset);
  return round_even(clamp(__builtin_fmaf(static_cast<float>(a), c.ratio_a, second), c.low, c.high));
}

// tflite: both inputs shifted left 20 and scaled, their sum scaled again.
int32_t add_tflite(const AddCall &c, int32_t a, int32_t b) {
  const int32_t first = scale_tflite((a - c.zero_a) * (1 << 20), c.fraction_a, c.shift_a);
  const int32_t second = scale_tflite((b - c.zero_b) * (1 << 20), c.fraction_b, c.shift_b);
  return clamp(static_cast<int64_t>(scale_tflite(first + second, c.fraction, c.shift)) + c.zero, c.low, c.high);
}

void add(AddCall c) {
  const auto rule = c.contract == contract_fma ? add_fma : c.contract == contract_onnx ? add_onnx : add_tflite;
  for (size_t i = 0; i < c.count; ++i) {
    const int32_t a = load_activation(c.a + i, c.is_signed), b = load_activation(c.b + i, c.is_signed);
    c.out[i] = static_cast<uint8_t>(rule(c, a, b));
  }
}

// fma: the requantization of the product, in s8.
int32_t multiply_fma(const MultiplyCall &c, int32_t product) {
  const int32_t shift = c.is_signed ? 0 : 128;
  return requantize_fma(product, c.multiplier, c.zero - shift, c.low - shift, c.high - shift) + shift;
}

// onnx: sat(RNE(f32(f32((a - Z_a) * (b - Z_b)) * M) + f32(Z))), rounded after each operation, in the operands' own
// type, as ONNX Runtime does. The product of bytes is exact.
int32_t multiply_onnx(const MultiplyCall &c, int32_t product) {
  const float scaled = static_cast<float>(product) * c.multiplier;
  return round_even(clamp(scaled + static_cast<float>(c.zero), c.low, c.high));
}

int32_t multiply_tflite(const MultiplyCall &c, int32_t product) {
  return clamp(static_cast<int64_t>(scale_tflite(product, c.fraction, c.shift)) + c.zero, c.low, c.high);
}

void multiply(MultiplyCall c) {
  const auto rule = c.contract == contract_fma    ? multiply_fma
                    : c.contract == contract_onnx ? multiply_onnx
                                                  : multiply_tflite;
  for (size_t i = 0; i < c.count; ++i) {
    const int32_t a = load_activation(c.a + i, c.is_signed) - c.zero_a;
    const int32_t b = load_activation(c.b + i % c.period, c.is_signed) - c.zero_b;
    c.out[i] = static_cast<uint8_t>(rule(c, a * b));
  }
}

void lookup(const uint8_t *x, const uint8_t *table, uint8_t *out, size_t count) {
  for (size_t i = 0; i < count; ++i) out[i] = table[x[i]];
}

void interleave(InterleaveCall call) { interleave_some(call, 0); }

}  // namespace

const PointwiseTable pointwise_scalar = {quantize, dequantize, add, multiply, lookup, interleave};

}  // namespace accord
