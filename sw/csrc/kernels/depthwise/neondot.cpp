// Rows in groups of four, s8: what sdot multiplies. A u8 activation is flipped, which takes 128 from it.
#include "../lanes_neon.hpp"
#include "../lookup_neon.hpp"

namespace accord {
namespace {

struct Grouping {
  using Weight = int8_t;
  static constexpr int32_t unsigned_offset = -128, signed_offset = 0;
  static constexpr size_t rows = 4;
  static constexpr size_t together = 8;
  static size_t place(size_t i) { return i; }

  // Sixteen channels of four rows, or the first `count`.
  struct Interleaved {
    int32x4_t low01, low23, high01, high23;

    Interleaved(const uint8_t *const *row, size_t c, size_t count, int32_t flip) {
      int32x4_t x[rows];
#pragma GCC unroll 4
      for (size_t i = 0; i < rows; ++i) x[i] = Lanes::flip(Lanes::load(row[i] + c, count), Lanes::all_bytes(flip));
      low01 = Lanes::low_bytes(x[0], x[1]), high01 = Lanes::high_bytes(x[0], x[1]);
      low23 = Lanes::low_bytes(x[2], x[3]), high23 = Lanes::high_bytes(x[2], x[3]);
    }
  };

  template <bool SIGNED>
  static void store_four(const uint8_t *const *row, size_t c, uint8_t *to) {
    const Interleaved all(row, c, Lanes::bytes, SIGNED ? 0 : 0x80);
    Lanes::store(to, Lanes::low_words(all.low01, all.low23), Lanes::bytes);
    Lanes::store(to + 16, Lanes::high_words(all.low01, all.low23), Lanes::bytes);
    Lanes::store(to + 32, Lanes::low_words(all.high01, all.high23), Lanes::bytes);
    Lanes::store(to + 48, Lanes::high_words(all.high01, all.high23), Lanes::bytes);
  }

  template <bool SIGNED>
  static void store(const uint8_t *const *row, size_t c, size_t count, uint8_t *to) {
    const Interleaved all(row, c, count, SIGNED ? 0 : 0x80);
    Lanes::store(to, Lanes::low_words(all.low01, all.low23), Lanes::bytes);
  }

  static int32x4_t multiply(int32x4_t sums, int32x4_t x, int32x4_t w) {
    return vdotq_s32(sums, vreinterpretq_s8_s32(x), vreinterpretq_s8_s32(w));
  }
};

}  // namespace
}  // namespace accord

#define ACCORD_UNIT depthwise_neondot
#include "vector.inc"
