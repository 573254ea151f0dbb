// Rows in groups of two, widened to s16: a unit is four channels of one row, then the same of the other.
#include "../lanes_neon.hpp"
#include "../lookup_neon.hpp"

namespace accord {
namespace {

struct Grouping {
  using Weight = int16_t;
  static constexpr int32_t unsigned_offset = 0, signed_offset = 0;
  static constexpr size_t rows = 2;
  static constexpr size_t together = 8;
  // pack() has the two rows of each channel together.
  static size_t place(size_t i) { return i / 8 * 8 + i % 2 * 4 + i % 8 / 2; }

  template <bool SIGNED>
  static int16x8_t widen(uint8x8_t bytes) {
    return SIGNED ? vmovl_s8(vreinterpret_s8_u8(bytes)) : vreinterpretq_s16_u16(vmovl_u8(bytes));
  }

  template <bool SIGNED>
  static void store(const uint8_t *const *row, size_t c, size_t count, uint8_t *to) {
    const uint64_t both = load_8(row[0] + c, count) | load_8(row[1] + c, count) << 32;
    vst1q_s16(reinterpret_cast<int16_t *>(to), widen<SIGNED>(vcreate_u8(both)));
  }

  template <bool SIGNED>
  static void store_four(const uint8_t *const *row, size_t c, uint8_t *to) {
    int16_t *out = reinterpret_cast<int16_t *>(to);
    const uint8x16_t a = vld1q_u8(row[0] + c), b = vld1q_u8(row[1] + c);
    const int16x8_t a0 = widen<SIGNED>(vget_low_u8(a)), a1 = widen<SIGNED>(vget_high_u8(a));
    const int16x8_t b0 = widen<SIGNED>(vget_low_u8(b)), b1 = widen<SIGNED>(vget_high_u8(b));
    vst1q_s16(out, vcombine_s16(vget_low_s16(a0), vget_low_s16(b0)));
    vst1q_s16(out + 8, vcombine_s16(vget_high_s16(a0), vget_high_s16(b0)));
    vst1q_s16(out + 16, vcombine_s16(vget_low_s16(a1), vget_low_s16(b1)));
    vst1q_s16(out + 24, vcombine_s16(vget_high_s16(a1), vget_high_s16(b1)));
  }

  static int32x4_t multiply(int32x4_t sums, int32x4_t x, int32x4_t w) {
    const int16x8_t a = vreinterpretq_s16_s32(x), b = vreinterpretq_s16_s32(w);
    return vmlal_high_s16(vmlal_s16(sums, vget_low_s16(a), vget_low_s16(b)), a, b);
  }
};

}  // namespace
}  // namespace accord

#define ACCORD_UNIT depthwise_neon
#include "vector.inc"
