// Rows in groups of four, bytes: what vpdpbusd multiplies, in vectors of either width. After the including unit's lanes.
#pragma once
#include <immintrin.h>

namespace accord {
namespace {

struct Quads {
  using Weight = int8_t;
  static constexpr int32_t unsigned_offset = 0, signed_offset = 128;
  static constexpr size_t rows = 4;
  static constexpr size_t together = 8;
  static constexpr size_t lanes = Lanes::bytes / 4;
  static size_t place(size_t i) { return i; }

  // Four units from channel `c` of the rows on: interleaving works within 128 bits, which are sorted then.
  template <bool SIGNED>
  static void store_four(const uint8_t *const *row, size_t c, uint8_t *to) {
    using Ints = Lanes::Ints;
    const Ints flip = Lanes::all_bytes(SIGNED ? 0x80 : 0);
    Ints x[rows];
#pragma GCC unroll 4
    for (size_t i = 0; i < rows; ++i) x[i] = Lanes::flip(Lanes::load(row[i] + c, Lanes::bytes), flip);
    const Ints low01 = Lanes::low_bytes(x[0], x[1]), high01 = Lanes::high_bytes(x[0], x[1]);
    const Ints low23 = Lanes::low_bytes(x[2], x[3]), high23 = Lanes::high_bytes(x[2], x[3]);
    Ints units[4] = {Lanes::low_words(low01, low23), Lanes::high_words(low01, low23), Lanes::low_words(high01, high23),
                     Lanes::high_words(high01, high23)};
    Lanes::sort_quarters(units);
#pragma GCC unroll 4
    for (size_t i = 0; i < 4; ++i) Lanes::store(to + i * Lanes::bytes, units[i], Lanes::bytes);
  }

  // One unit, or the first `count` channels of it.
  template <bool SIGNED>
  static void store(const uint8_t *const *row, size_t c, size_t count, uint8_t *to) {
    const __m128i flip = _mm_set1_epi8(static_cast<char>(SIGNED ? 0x80 : 0));
    __m128i x[rows];
#pragma GCC unroll 4
    for (size_t i = 0; i < rows; ++i) x[i] = _mm_xor_si128(Lanes::load_quarter(row[i] + c, count), flip);
    const __m128i low01 = _mm_unpacklo_epi8(x[0], x[1]), low23 = _mm_unpacklo_epi8(x[2], x[3]);
    __m128i *out = reinterpret_cast<__m128i *>(to);
    _mm_store_si128(out, _mm_unpacklo_epi16(low01, low23));
    _mm_store_si128(out + 1, _mm_unpackhi_epi16(low01, low23));
    if constexpr (lanes > 8) {
      const __m128i high01 = _mm_unpackhi_epi8(x[0], x[1]), high23 = _mm_unpackhi_epi8(x[2], x[3]);
      _mm_store_si128(out + 2, _mm_unpacklo_epi16(high01, high23));
      _mm_store_si128(out + 3, _mm_unpackhi_epi16(high01, high23));
    }
  }
};

}  // namespace
}  // namespace accord
