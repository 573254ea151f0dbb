// The epilogue in 256-bit vectors: eight channels at a time. For units with AVX2 and FMA.
#pragma once
#include <immintrin.h>

#include "epilogue.hpp"

namespace accord {
namespace {

inline __m256i load(const int32_t *from) { return _mm256_loadu_si256(reinterpret_cast<const __m256i *>(from)); }

// trunc(x + copysign(0.5 - 2^-25, x)): nearest, ties away from zero, for |x| < 2^9; docs/kernels.md proves it.
inline __m256i round_away(__m256 x) {
  const __m256 below_half = _mm256_set1_ps(0x1.fffffep-2f), sign = _mm256_set1_ps(-0.0f);
  return _mm256_cvttps_epi32(_mm256_add_ps(x, _mm256_or_ps(_mm256_and_ps(x, sign), below_half)));
}

inline __m256 clamp(__m256 x, int32_t low, int32_t high) {
  const __m256 least = _mm256_set1_ps(static_cast<float>(low)), largest = _mm256_set1_ps(static_cast<float>(high));
  return _mm256_max_ps(_mm256_min_ps(x, largest), least);
}

inline __m256i requantize_fma(const Epilogue &e, __m256i acc, size_t channel) {
  const __m256 multiplier = _mm256_loadu_ps(e.multiplier + channel);
  const __m256 zero = _mm256_set1_ps(static_cast<float>(e.zero));
  return round_away(clamp(_mm256_fmadd_ps(_mm256_cvtepi32_ps(acc), multiplier, zero), e.low, e.high));
}

inline __m256i requantize_onnx(const Epilogue &e, __m256i acc, size_t channel) {
  const __m256 scaled = _mm256_mul_ps(_mm256_cvtepi32_ps(acc), _mm256_loadu_ps(e.multiplier + channel));
  const __m256i rounded = _mm256_cvtps_epi32(clamp(scaled, e.low - e.zero, e.high - e.zero));
  return _mm256_add_epi32(rounded, _mm256_set1_epi32(e.zero));
}

// (a * fraction + 2^30) >> 31, the even lanes and the odd ones.
inline __m256i multiply_high(__m256i a, __m256i fraction) {
  const __m256i half = _mm256_set1_epi64x(INT64_C(1) << 30);
  const __m256i odd_a = _mm256_srli_epi64(a, 32), odd_fraction = _mm256_srli_epi64(fraction, 32);
  const __m256i even = _mm256_srli_epi64(_mm256_add_epi64(_mm256_mul_epi32(a, fraction), half), 31);
  const __m256i odd = _mm256_slli_epi64(_mm256_add_epi64(_mm256_mul_epi32(odd_a, odd_fraction), half), 1);
  return _mm256_blend_epi32(even, odd, 0xaa);
}

// value / 2^exponent, ties away from zero: one more than the shift where the remainder is past the threshold.
inline __m256i divide_by_power(__m256i value, __m256i exponent) {
  const __m256i one = _mm256_set1_epi32(1);
  const __m256i mask = _mm256_sub_epi32(_mm256_sllv_epi32(one, exponent), one);
  const __m256i negative = _mm256_srli_epi32(value, 31);
  const __m256i threshold = _mm256_add_epi32(_mm256_srli_epi32(mask, 1), negative);
  const __m256i up = _mm256_cmpgt_epi32(_mm256_and_si256(value, mask), threshold);  // -1 where it is
  return _mm256_sub_epi32(_mm256_srav_epi32(value, exponent), up);
}

inline __m256i requantize_tflite(const Epilogue &e, __m256i acc, size_t channel) {
  const __m256i shift = load(e.shift + channel), none = _mm256_setzero_si256();
  const __m256i left = _mm256_max_epi32(shift, none), right = _mm256_max_epi32(_mm256_sub_epi32(none, shift), none);
  const __m256i fraction = load(e.fraction + channel);
  const __m256i scaled = divide_by_power(multiply_high(_mm256_sllv_epi32(acc, left), fraction), right);
  // bounds less the zero point: adding it cannot wrap then
  const __m256i low = _mm256_set1_epi32(e.low - e.zero), high = _mm256_set1_epi32(e.high - e.zero);
  const __m256i clamped = _mm256_max_epi32(_mm256_min_epi32(scaled, high), low);
  return _mm256_add_epi32(clamped, _mm256_set1_epi32(e.zero));
}

inline __m256i requantize(const Epilogue &e, __m256i acc, size_t channel) {
  if (e.contract == contract_fma) return requantize_fma(e, acc, channel);
  if (e.contract == contract_onnx) return requantize_onnx(e, acc, channel);
  return requantize_tflite(e, acc, channel);
}

inline void look_up(const Epilogue &e, uint8_t *bytes, size_t count) {
  if (e.lookup)
    for (size_t i = 0; i < count; ++i) bytes[i] = e.lookup[bytes[i]];
}

// The low bytes of eight lanes, each in the range of s8.
inline __m128i narrow(__m256i lanes) {
  const __m128i words = _mm_packs_epi32(_mm256_castsi256_si128(lanes), _mm256_extracti128_si256(lanes, 1));
  return _mm_packs_epi16(words, words);
}

inline void store_bytes(uint8_t *out, __m128i bytes, size_t count) {
  if (count >= 8) {
    _mm_storel_epi64(reinterpret_cast<__m128i *>(out), bytes);
    return;
  }
  uint8_t all[16];
  _mm_storeu_si128(reinterpret_cast<__m128i *>(all), bytes);
  for (size_t i = 0; i < count; ++i) out[i] = all[i];
}

// All ones in the first `count` lanes.
inline __m256i first_lanes(size_t count) {
  const __m256i lanes = _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7);
  return _mm256_cmpgt_epi32(_mm256_set1_epi32(static_cast<int32_t>(count < 8 ? count : 8)), lanes);
}

// A row of sums to `out`. Nothing is read or written behind the last column.
inline void finish_row(const Epilogue &e, const int32_t *sums, size_t columns, size_t channel, uint8_t *out) {
  const __m128i flip = _mm_set1_epi8(static_cast<char>(e.flip));
  for (size_t n = 0; n < columns; n += 8) {
    const __m256i mask = first_lanes(columns - n);
    const __m256i acc = _mm256_add_epi32(_mm256_maskload_epi32(sums + n, mask), load(e.bias + channel + n));
    if (e.contract == contract_s32) {
      _mm256_maskstore_epi32(reinterpret_cast<int32_t *>(out) + n, mask, acc);
      continue;
    }
    const __m128i bytes = narrow(requantize(e, acc, channel + n));
    store_bytes(out + n, _mm_xor_si128(bytes, flip), columns - n);
  }
  if (e.contract != contract_s32) look_up(e, out, columns);
}

inline void finish(const Epilogue &e, const Sums &s, uint8_t *out, ptrdiff_t out_stride) {
  for (size_t i = 0; i < s.rows; ++i)
    finish_row(e, s.data + i * s.stride, s.columns, s.channel, out + static_cast<ptrdiff_t>(i) * out_stride);
}

}  // namespace
}  // namespace accord
