// 32 or 16 channels of bytes, fewer at the end of a pixel.
#pragma once
#include <immintrin.h>
#include <stddef.h>
#include <stdint.h>

namespace accord {
namespace {

inline __m256i load_32(const uint8_t *x, size_t count) {
  if (count >= 32) return _mm256_loadu_si256(reinterpret_cast<const __m256i *>(x));
  alignas(32) uint8_t bytes[32] = {};
  for (size_t i = 0; i < count; ++i) bytes[i] = x[i];
  return _mm256_load_si256(reinterpret_cast<const __m256i *>(bytes));
}

inline __m128i load_16(const uint8_t *x, size_t count) {
  if (count >= 16) return _mm_loadu_si128(reinterpret_cast<const __m128i *>(x));
  alignas(16) uint8_t bytes[16] = {};
  for (size_t i = 0; i < count; ++i) bytes[i] = x[i];
  return _mm_load_si128(reinterpret_cast<const __m128i *>(bytes));
}

}  // namespace
}  // namespace accord
