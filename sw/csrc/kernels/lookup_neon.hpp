// A table of 256 bytes as four of 64, each in four registers. For units with Advanced SIMD.
#pragma once
#include <arm_neon.h>
#include <stdint.h>

namespace accord {
namespace {

class Table {
 public:
  explicit Table(const uint8_t *entries) {
    for (int i = 0; i < 4; ++i) part_[i] = vld1q_u8_x4(entries + 64 * i);
  }

  // An index beyond a part leaves what is there: each is less 64 when the next part takes its turn.
  int32x4_t operator[](int32x4_t x) const {
    const uint8x16_t step = vdupq_n_u8(64);
    uint8x16_t index = vreinterpretq_u8_s32(x), found = vqtbl4q_u8(part_[0], index);
    for (int i = 1; i < 4; ++i) {
      index = vsubq_u8(index, step);
      found = vqtbx4q_u8(found, part_[i], index);
    }
    return vreinterpretq_s32_u8(found);
  }

 private:
  uint8x16x4_t part_[4];
};

}  // namespace
}  // namespace accord
