// The number rules of the scalar reference, one sum at a time.
#pragma once
#include "epilogue.hpp"

namespace accord {
namespace {

inline int32_t wrap(uint32_t bits) { return static_cast<int32_t>(bits); }

inline int32_t clamp(int64_t value, int32_t low, int32_t high) {
  return static_cast<int32_t>(value < low ? low : value > high ? high : value);
}

// Floating-point clamp before rounding: low and high are whole numbers, so rounding and clamping commute, and whatever
// is left converts to an integer. A NaN gives the largest value.
inline float clamp(float value, int32_t low, int32_t high) {
  const float below = value < static_cast<float>(high) ? value : static_cast<float>(high);
  return below > static_cast<float>(low) ? below : static_cast<float>(low);
}

inline int32_t round_away(float value) { return static_cast<int32_t>(__builtin_roundf(value)); }      // RMM
inline int32_t round_even(float value) { return static_cast<int32_t>(__builtin_nearbyintf(value)); }  // RNE

// fma: sat8(RMM(fma(f32(acc), M, f32(Z)))).
inline int32_t requantize_fma(int32_t acc, float multiplier, int32_t zero, int32_t low, int32_t high) {
  const float shifted = __builtin_fmaf(static_cast<float>(acc), multiplier, static_cast<float>(zero));
  return round_away(clamp(shifted, low, high));
}

// onnx: sat(RNE(f32(acc) * M) + Z).
inline int32_t requantize_onnx(int32_t acc, float multiplier, int32_t zero, int32_t low, int32_t high) {
  const float scaled = static_cast<float>(acc) * multiplier;
  return round_even(clamp(scaled, low - zero, high - zero)) + zero;
}

// Saturating rounding doubling multiply-high, ties toward plus infinity. The fraction is never -2^31: nothing saturates.
inline int32_t multiply_high(int32_t a, int32_t fraction) {
  return static_cast<int32_t>((static_cast<int64_t>(a) * fraction + (INT64_C(1) << 30)) >> 31);
}

// value / 2^exponent, ties away from zero; exponent in [0, 31].
inline int32_t divide_by_power(int32_t value, int32_t exponent) {
  const int64_t half = exponent == 0 ? 0 : INT64_C(1) << (exponent - 1);
  const int64_t magnitude = value < 0 ? -static_cast<int64_t>(value) : value;
  const int64_t rounded = (magnitude + half) >> exponent;
  return static_cast<int32_t>(value < 0 ? -rounded : rounded);
}

// tflite: value * fraction * 2^(shift - 31); a left shift comes first and wraps.
inline int32_t scale_tflite(int32_t value, int32_t fraction, int32_t shift) {
  const int32_t left = shift > 0 ? shift : 0, right = shift > 0 ? 0 : -shift;
  return divide_by_power(multiply_high(wrap(static_cast<uint32_t>(value) << left), fraction), right);
}

inline int32_t requantize(const Epilogue &e, int32_t acc, size_t channel) {
  if (e.contract == contract_fma) return requantize_fma(acc, e.multiplier[channel], e.zero, e.low, e.high);
  if (e.contract == contract_onnx) return requantize_onnx(acc, e.multiplier[channel], e.zero, e.low, e.high);
  return clamp(static_cast<int64_t>(scale_tflite(acc, e.fraction[channel], e.shift[channel])) + e.zero, e.low, e.high);
}

// One sum without its bias to the output: four bytes for s32, else one.
inline void finish(const Epilogue &e, int32_t sum, size_t channel, uint8_t *out) {
  const int32_t acc = wrap(static_cast<uint32_t>(sum) + static_cast<uint32_t>(e.bias[channel]));
  if (e.contract == contract_s32) {
    __builtin_memcpy(out, &acc, sizeof acc);
    return;
  }
  const uint8_t byte = static_cast<uint8_t>(static_cast<uint32_t>(requantize(e, acc, channel)) ^ e.flip);
  *out = e.lookup ? e.lookup[byte] : byte;
}

inline int32_t load_activation(const uint8_t *x, bool is_signed) {
  return is_signed ? static_cast<int8_t>(*x) : static_cast<int32_t>(*x);
}

}  // namespace
}  // namespace accord
