// ROWS by 8 sums in registers.
#pragma once
#include <arm_neon.h>
#include <stddef.h>
#include <stdint.h>

namespace accord {
namespace {

constexpr size_t tile_columns = 8;

// Items of a panel's weights that so many bytes of depth are, STEP of them at a time.
template <size_t STEP>
inline size_t items_of(size_t depth) {
  return (depth + STEP - 1) / STEP * STEP * tile_columns;
}

template <int ROWS>
struct Sums8 {
  int32x4_t left[ROWS], right[ROWS];

  void start(const int32_t *bias) {
#pragma GCC unroll 8
    for (int i = 0; i < ROWS; ++i) left[i] = vld1q_s32(bias), right[i] = vld1q_s32(bias + 4);
  }
  void store(int32_t *sums) const {
#pragma GCC unroll 8
    for (int i = 0; i < ROWS; ++i, sums += tile_columns) vst1q_s32(sums, left[i]), vst1q_s32(sums + 4, right[i]);
  }
};

}  // namespace
}  // namespace accord
