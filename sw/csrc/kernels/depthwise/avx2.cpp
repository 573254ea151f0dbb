// Rows in groups of two, widened to s16: what vpmaddwd multiplies.
#include "../lanes_avx2.hpp"
#include "../lookup_avx2.hpp"

namespace accord {
namespace {

struct Grouping {
  using Weight = int16_t;
  static constexpr int32_t unsigned_offset = 0, signed_offset = 0;
  static constexpr size_t rows = 2;
  static constexpr size_t together = 8;
  static size_t place(size_t i) { return i; }

  template <bool SIGNED>
  static __m128i widen(__m128i bytes) {
    return SIGNED ? _mm_cvtepi8_epi16(bytes) : _mm_cvtepu8_epi16(bytes);
  }

  template <bool SIGNED>
  static void store(const uint8_t *const *row, size_t c, size_t count, uint8_t *to) {
    const __m128i a = widen<SIGNED>(Lanes::load_quarter(row[0] + c, count));
    const __m128i b = widen<SIGNED>(Lanes::load_quarter(row[1] + c, count));
    _mm_store_si128(reinterpret_cast<__m128i *>(to), _mm_unpacklo_epi16(a, b));
    _mm_store_si128(reinterpret_cast<__m128i *>(to) + 1, _mm_unpackhi_epi16(a, b));
  }

  template <bool SIGNED>
  static void store_four(const uint8_t *const *row, size_t c, uint8_t *to) {
#pragma GCC unroll 4
    for (size_t i = 0; i < 4; ++i) store<SIGNED>(row, c + i * 8, 8, to + i * Lanes::bytes);
  }

  static __m256i multiply(__m256i sums, __m256i x, __m256i w) {
    return _mm256_add_epi32(sums, _mm256_madd_epi16(x, w));
  }
};

}  // namespace
}  // namespace accord

#define ACCORD_UNIT depthwise_avx2
#include "vector.inc"
