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

// 16 products, two to a lane.
template <bool SIGNED>
inline __m256i products(const uint8_t *x, const int8_t *w) {
  const __m128i bytes = load_bytes(x);
  const __m256i words = SIGNED ? _mm256_cvtepi8_epi16(bytes) : _mm256_cvtepu8_epi16(bytes);
  return _mm256_madd_epi16(words, _mm256_cvtepi8_epi16(load_bytes(w)));
}

// Four sums: one would wait for itself.
template <bool SIGNED>
int32_t dot_of(const uint8_t *x, const int8_t *w, size_t count) {
  constexpr size_t step = 16, chains = 4;
  __m256i lanes[chains] = {};
  size_t i = 0;
  for (; i + chains * step <= count; i += chains * step)
#pragma GCC unroll 4
    for (size_t j = 0; j < chains; ++j)
      lanes[j] = _mm256_add_epi32(lanes[j], products<SIGNED>(x + i + step * j, w + i + step * j));
  for (; i + step <= count; i += step) lanes[0] = _mm256_add_epi32(lanes[0], products<SIGNED>(x + i, w + i));
  const __m256i all = _mm256_add_epi32(_mm256_add_epi32(lanes[0], lanes[1]), _mm256_add_epi32(lanes[2], lanes[3]));
  uint32_t sum = static_cast<uint32_t>(sum_lanes(all));
  for (; i < count; ++i) sum += static_cast<uint32_t>((SIGNED ? static_cast<int8_t>(x[i]) : x[i]) * w[i]);
  return static_cast<int32_t>(sum);
}

int32_t dot(const uint8_t *x, bool is_signed, const int8_t *w, size_t count) {
  return is_signed ? dot_of<true>(x, w, count) : dot_of<false>(x, w, count);
}

}  // namespace

const DotTable dot_avx2 = {dot, total};

}  // namespace accord
