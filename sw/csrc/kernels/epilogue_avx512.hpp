// The epilogue in 512-bit vectors: sixteen channels at a time. For units with AVX-512 F, BW, DQ and VL.
#pragma once
#include <immintrin.h>

#include "epilogue.hpp"

namespace accord {
namespace {

// trunc(x + copysign(0.5 - 2^-25, x)): nearest, ties away from zero, for |x| < 2^9; docs/kernels.md proves it.
inline __m512i round_away(__m512 x) {
  const __m512 below_half = _mm512_set1_ps(0x1.fffffep-2f), sign = _mm512_set1_ps(-0.0f);
  return _mm512_cvttps_epi32(_mm512_add_ps(x, _mm512_or_ps(_mm512_and_ps(x, sign), below_half)));
}

inline __m512 clamp(__m512 x, int32_t low, int32_t high) {
  const __m512 least = _mm512_set1_ps(static_cast<float>(low)), largest = _mm512_set1_ps(static_cast<float>(high));
  return _mm512_max_ps(_mm512_min_ps(x, largest), least);
}

inline __m512i requantize_fma(const Epilogue &e, __m512i acc, size_t channel) {
  const __m512 multiplier = _mm512_loadu_ps(e.multiplier + channel);
  const __m512 zero = _mm512_set1_ps(static_cast<float>(e.zero));
  return round_away(clamp(_mm512_fmadd_ps(_mm512_cvtepi32_ps(acc), multiplier, zero), e.low, e.high));
}

inline __m512i requantize_onnx(const Epilogue &e, __m512i acc, size_t channel) {
  const __m512 scaled = _mm512_mul_ps(_mm512_cvtepi32_ps(acc), _mm512_loadu_ps(e.multiplier + channel));
  const __m512i rounded = _mm512_cvtps_epi32(clamp(scaled, e.low - e.zero, e.high - e.zero));
  return _mm512_add_epi32(rounded, _mm512_set1_epi32(e.zero));
}

// (a * fraction + 2^30) >> 31, the even lanes and the odd ones.
inline __m512i multiply_high(__m512i a, __m512i fraction) {
  const __m512i half = _mm512_set1_epi64(INT64_C(1) << 30);
  const __m512i odd_a = _mm512_srli_epi64(a, 32), odd_fraction = _mm512_srli_epi64(fraction, 32);
  const __m512i even = _mm512_srli_epi64(_mm512_add_epi64(_mm512_mul_epi32(a, fraction), half), 31);
  const __m512i odd = _mm512_slli_epi64(_mm512_add_epi64(_mm512_mul_epi32(odd_a, odd_fraction), half), 1);
  return _mm512_mask_blend_epi32(0xaaaa, even, odd);
}

// value / 2^exponent, ties away from zero: one more than the shift where the remainder is past the threshold.
inline __m512i divide_by_power(__m512i value, __m512i exponent) {
  const __m512i one = _mm512_set1_epi32(1);
  const __m512i mask = _mm512_sub_epi32(_mm512_sllv_epi32(one, exponent), one);
  const __m512i negative = _mm512_srli_epi32(value, 31);
  const __m512i threshold = _mm512_add_epi32(_mm512_srli_epi32(mask, 1), negative);
  const __mmask16 up = _mm512_cmpgt_epi32_mask(_mm512_and_si512(value, mask), threshold);
  const __m512i quotient = _mm512_srav_epi32(value, exponent);
  return _mm512_mask_add_epi32(quotient, up, quotient, one);
}

inline __m512i requantize_tflite(const Epilogue &e, __m512i acc, size_t channel) {
  const __m512i shift = _mm512_loadu_si512(e.shift + channel), none = _mm512_setzero_si512();
  const __m512i left = _mm512_max_epi32(shift, none), right = _mm512_max_epi32(_mm512_sub_epi32(none, shift), none);
  const __m512i fraction = _mm512_loadu_si512(e.fraction + channel);
  const __m512i scaled = divide_by_power(multiply_high(_mm512_sllv_epi32(acc, left), fraction), right);
  // bounds less the zero point: adding it cannot wrap then
  const __m512i low = _mm512_set1_epi32(e.low - e.zero), high = _mm512_set1_epi32(e.high - e.zero);
  const __m512i clamped = _mm512_max_epi32(_mm512_min_epi32(scaled, high), low);
  return _mm512_add_epi32(clamped, _mm512_set1_epi32(e.zero));
}

inline __m512i requantize(const Epilogue &e, __m512i acc, size_t channel) {
  if (e.contract == contract_fma) return requantize_fma(e, acc, channel);
  if (e.contract == contract_onnx) return requantize_onnx(e, acc, channel);
  return requantize_tflite(e, acc, channel);
}

inline void look_up(const Epilogue &e, uint8_t *bytes, size_t count) {
  if (e.lookup)
    for (size_t i = 0; i < count; ++i) bytes[i] = e.lookup[bytes[i]];
}

// A row of sums to `out`. Nothing is read or written behind the last column.
inline void finish_row(const Epilogue &e, const int32_t *sums, size_t columns, size_t channel, uint8_t *out) {
  for (size_t n = 0; n < columns; n += 16) {
    const __mmask16 mask = columns - n < 16 ? static_cast<__mmask16>((1u << (columns - n)) - 1) : 0xffff;
    const __m512i bias = _mm512_loadu_si512(e.bias + channel + n);
    const __m512i acc = _mm512_add_epi32(_mm512_maskz_loadu_epi32(mask, sums + n), bias);
    if (e.contract == contract_s32) {
      _mm512_mask_storeu_epi32(out + n * sizeof(int32_t), mask, acc);
      continue;
    }
    const __m128i bytes = _mm512_cvtepi32_epi8(requantize(e, acc, channel + n));
    _mm_mask_storeu_epi8(out + n, mask, _mm_xor_si128(bytes, _mm_set1_epi8(static_cast<char>(e.flip))));
  }
  if (e.contract != contract_s32) look_up(e, out, columns);
}

inline void finish(const Epilogue &e, const Sums &s, uint8_t *out, ptrdiff_t out_stride) {
  for (size_t i = 0; i < s.rows; ++i)
    finish_row(e, s.data + i * s.stride, s.columns, s.channel, out + static_cast<ptrdiff_t>(i) * out_stride);
}

}  // namespace
}  // namespace accord
