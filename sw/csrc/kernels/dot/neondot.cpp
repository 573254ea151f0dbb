// 16 bytes at a time, four products a lane.
#include <arm_neon.h>

#include "dot.hpp"

namespace accord {
namespace {

int32_t total(const int8_t *w, size_t count) {
  int32x4_t lanes = vdupq_n_s32(0);
  size_t i = 0;
  for (; i + 16 <= count; i += 16) lanes = vdotq_s32(lanes, vdupq_n_s8(1), vld1q_s8(w + i));
  uint32_t sum = static_cast<uint32_t>(vaddvq_s32(lanes));
  for (; i < count; ++i) sum += static_cast<uint32_t>(w[i]);
  return static_cast<int32_t>(sum);
}

// Both operands are s8: a u8 is less 128, for which the total of the weights pays.
int32_t dot(const uint8_t *x, bool is_signed, const int8_t *w, size_t count) {
  const uint8_t offset = is_signed ? 0 : 0x80;
  const uint8x16_t flip = vdupq_n_u8(offset);
  int32x4_t lanes = vdupq_n_s32(0);
  size_t i = 0;
  for (; i + 16 <= count; i += 16)
    lanes = vdotq_s32(lanes, vreinterpretq_s8_u8(veorq_u8(vld1q_u8(x + i), flip)), vld1q_s8(w + i));
  uint32_t sum = static_cast<uint32_t>(vaddvq_s32(lanes));
  for (; i < count; ++i) sum += static_cast<uint32_t>(static_cast<int8_t>(x[i] ^ offset) * w[i]);
  return static_cast<int32_t>(is_signed ? sum : sum + 128u * static_cast<uint32_t>(total(w, count)));
}

}  // namespace

const DotTable dot_neondot = {dot, total};

}  // namespace accord
