// 16 bytes at a time, both operands widened to s16.
#include <arm_neon.h>

#include "dot.hpp"

namespace accord {
namespace {

int32_t total(const int8_t *w, size_t count) {
  int32x4_t lanes = vdupq_n_s32(0);
  size_t i = 0;
  for (; i + 16 <= count; i += 16) lanes = vpadalq_s16(lanes, vpaddlq_s8(vld1q_s8(w + i)));
  uint32_t sum = static_cast<uint32_t>(vaddvq_s32(lanes));
  for (; i < count; ++i) sum += static_cast<uint32_t>(w[i]);
  return static_cast<int32_t>(sum);
}

template <bool SIGNED>
inline int16x8_t widen(uint8x8_t bytes) {
  return SIGNED ? vmovl_s8(vreinterpret_s8_u8(bytes)) : vreinterpretq_s16_u16(vmovl_u8(bytes));
}

inline int32x4_t multiply(int32x4_t sums, int16x8_t x, int16x8_t w) {
  return vmlal_high_s16(vmlal_s16(sums, vget_low_s16(x), vget_low_s16(w)), x, w);
}

template <bool SIGNED>
int32_t dot_of(const uint8_t *x, const int8_t *w, size_t count) {
  int32x4_t even = vdupq_n_s32(0), odd = even;
  size_t i = 0;
  for (; i + 16 <= count; i += 16) {
    const uint8x16_t bytes = vld1q_u8(x + i);
    const int8x16_t weights = vld1q_s8(w + i);
    even = multiply(even, widen<SIGNED>(vget_low_u8(bytes)), vmovl_s8(vget_low_s8(weights)));
    odd = multiply(odd, widen<SIGNED>(vget_high_u8(bytes)), vmovl_high_s8(weights));
  }
  uint32_t sum = static_cast<uint32_t>(vaddvq_s32(vaddq_s32(even, odd)));
  for (; i < count; ++i) sum += static_cast<uint32_t>((SIGNED ? static_cast<int8_t>(x[i]) : x[i]) * w[i]);
  return static_cast<int32_t>(sum);
}

int32_t dot(const uint8_t *x, bool is_signed, const int8_t *w, size_t count) {
  return is_signed ? dot_of<true>(x, w, count) : dot_of<false>(x, w, count);
}

}  // namespace

const DotTable dot_neon = {dot, total};

}  // namespace accord
