// The sum of eight lanes, modulo 2^32.
#pragma once
#include <immintrin.h>
#include <stdint.h>

namespace accord {
namespace {

inline int32_t sum_lanes(__m256i lanes) {
  __m128i sum = _mm_add_epi32(_mm256_castsi256_si128(lanes), _mm256_extracti128_si256(lanes, 1));
  sum = _mm_add_epi32(sum, _mm_shuffle_epi32(sum, 0x4e));
  sum = _mm_add_epi32(sum, _mm_shuffle_epi32(sum, 0xb1));
  return _mm_cvtsi128_si32(sum);
}

}  // namespace
}  // namespace accord
