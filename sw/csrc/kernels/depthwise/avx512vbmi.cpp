// Groups of four rows for vpdpbusd on 512 bits; vpermi2b puts the bytes of a group side by side at once.
#include "../lanes_avx512.hpp"
#include "../lookup_vbmi.hpp"
#include "quads.hpp"
#define ACCORD_UNIT depthwise_avx512vbmi

namespace accord {
namespace {

struct Grouping : Quads {
  static __m512i multiply(__m512i sums, __m512i x, __m512i w) { return _mm512_dpbusd_epi32(sums, x, w); }

  // A unit: sixteen channels, from `first` on, of pairs of rows that have `apart` bytes each.
  template <int APART, int FIRST>
  static __m512i unit(__m512i rows01, __m512i rows23) {
    alignas(64) static constexpr auto places = [] {
      struct {
        uint8_t at[64];
      } p = {};
      for (int i = 0; i < 64; ++i) p.at[i] = static_cast<uint8_t>(64 * (i % 4 / 2) + APART * (i % 2) + FIRST + i / 4);
      return p;
    }();
    return _mm512_permutex2var_epi8(rows01, _mm512_load_si512(places.at), rows23);
  }

  template <bool SIGNED>
  static void store_four(const uint8_t *const *row, size_t c, uint8_t *to) {
    const __m512i flip = Lanes::all_bytes(SIGNED ? 0x80 : 0);
    const auto half = [&](size_t i) { return _mm256_loadu_si256(reinterpret_cast<const __m256i *>(row[i] + c)); };
    for (int i = 0; i < 2; ++i, c += 32, to += 128) {
      const __m512i rows01 = Lanes::flip(_mm512_inserti64x4(_mm512_castsi256_si512(half(0)), half(1), 1), flip);
      const __m512i rows23 = Lanes::flip(_mm512_inserti64x4(_mm512_castsi256_si512(half(2)), half(3), 1), flip);
      _mm512_storeu_si512(to, unit<32, 0>(rows01, rows23));
      _mm512_storeu_si512(to + 64, unit<32, 16>(rows01, rows23));
    }
  }

  template <bool SIGNED>
  static void store(const uint8_t *const *row, size_t c, size_t count, uint8_t *to) {
    const __m512i flip = Lanes::all_bytes(SIGNED ? 0x80 : 0);
    const auto pair = [&](size_t i) {
      return _mm512_castsi256_si512(
          _mm256_set_m128i(Lanes::load_quarter(row[i + 1] + c, count), Lanes::load_quarter(row[i] + c, count)));
    };
    _mm512_storeu_si512(to, Lanes::flip(unit<16, 0>(pair(0), pair(2)), flip));
  }
};

}  // namespace
}  // namespace accord

#include "vector.inc"
