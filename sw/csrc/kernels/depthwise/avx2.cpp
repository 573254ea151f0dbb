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

  // Bytes of two rows interleaved.
  template <bool SIGNED>
  static void widen(__m128i pairs, uint8_t *to) {
    const __m256i words = SIGNED ? _mm256_cvtepi8_epi16(pairs) : _mm256_cvtepu8_epi16(pairs);
    _mm256_store_si256(reinterpret_cast<__m256i *>(to), words);
  }

  template <bool SIGNED>
  static void store(const uint8_t *const *row, size_t c, size_t count, uint8_t *to) {
    widen<SIGNED>(_mm_unpacklo_epi8(Lanes::load_quarter(row[0] + c, count), Lanes::load_quarter(row[1] + c, count)),
                  to);
  }

  template <bool SIGNED>
  static void store_four(const uint8_t *const *row, size_t c, uint8_t *to) {
#pragma GCC unroll 2
    for (size_t i = 0; i < 32; i += 16, to += 2 * Lanes::bytes) {
      const __m128i a = load_16(row[0] + c + i, 16), b = load_16(row[1] + c + i, 16);
      widen<SIGNED>(_mm_unpacklo_epi8(a, b), to);
      widen<SIGNED>(_mm_unpackhi_epi8(a, b), to + Lanes::bytes);
    }
  }

  static __m256i multiply(__m256i sums, __m256i x, __m256i w) {
    return _mm256_add_epi32(sums, _mm256_madd_epi16(x, w));
  }
};

}  // namespace
}  // namespace accord

#define ACCORD_UNIT depthwise_avx2
#include "vector.inc"
