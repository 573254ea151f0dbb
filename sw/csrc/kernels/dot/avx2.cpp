// 16 bytes at a time, both operands widened to s16.
#include "../sum_avx2.hpp"
#include "dot.hpp"

namespace accord {
namespace {

inline __m128i load_bytes(const void *from) { return _mm_loadu_si128(static_cast<const __m128i *>(from)); }

int32_t total(const int8_t *w, size_t count) {
  __m256i lanes = _mm256_setzero_si256();
  size_t i = 0;
  for (; i + 16 <= count; i += 16) {
    const __m256i words = _mm256_cvtepi8_epi16(load_bytes(w + i));
    lanes = _mm256_add_epi32(lanes, _mm256_madd_epi16(words, _mm256_set1_epi16(1)));
  }
  uint32_t sum = static_cast<uint32_t>(sum_lanes(lanes));
  for (; i < count; ++i) sum += static_cast<uint32_t>(w[i]);
  return static_cast<int32_t>(sum);
}

int32_t dot(const uint8_t *x, bool is_signed, const int8_t *w, size_t count) {
  __m256i lanes = _mm256_setzero_si256();
  size_t i = 0;
  for (; i + 16 <= count; i += 16) {
    const __m128i bytes = load_bytes(x + i);
    const __m256i words = is_signed ? _mm256_cvtepi8_epi16(bytes) : _mm256_cvtepu8_epi16(bytes);
    lanes = _mm256_add_epi32(lanes, _mm256_madd_epi16(words, _mm256_cvtepi8_epi16(load_bytes(w + i))));
  }
  uint32_t sum = static_cast<uint32_t>(sum_lanes(lanes));
  for (; i < count; ++i) sum += static_cast<uint32_t>((is_signed ? static_cast<int8_t>(x[i]) : x[i]) * w[i]);
  return static_cast<int32_t>(sum);
}

}  // namespace

const DotTable dot_avx2 = {dot, total};

}  // namespace accord
