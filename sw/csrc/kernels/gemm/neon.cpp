// Both operands widened to s16: smlal takes eight activations of a row in a register, and one of them at a time.
#include "../lanes_neon.hpp"
#include "../lookup_neon.hpp"

#include "gemm.hpp"
#include "sums_neon.hpp"

namespace accord {
namespace {

using Weight = int16_t;
constexpr size_t step = 1, together = 8;

template <bool SIGNED>
inline int16x8_t widen(uint8x8_t bytes) {
  return SIGNED ? vmovl_s8(vreinterpret_s8_u8(bytes)) : vreinterpretq_s16_u16(vmovl_u8(bytes));
}

template <int LANE, int ROWS>
[[gnu::always_inline]] inline void add_lane(Sums8<ROWS> &sums, const int16x8_t *x, const Weight *weights) {
  const int16x8_t w = vld1q_s16(weights + LANE * tile_columns);
#pragma GCC unroll 8
  for (int i = 0; i < ROWS; ++i) {
    sums.left[i] = vmlal_laneq_s16(sums.left[i], vget_low_s16(w), x[i], LANE);
    sums.right[i] = vmlal_high_laneq_s16(sums.right[i], w, x[i], LANE);
  }
  if constexpr (LANE + 1 < static_cast<int>(together)) add_lane<LANE + 1>(sums, x, weights);
}

template <int ROWS, bool SIGNED>
void sum_tile(const GemmCall &c, size_t first, const Weight *weights, const int32_t *bias, int32_t *to) {
  const size_t depth = c.part.bytes, gap = items_of<step>(c.shape.depth) - items_of<step>(depth);
  const uint8_t *const *rows = c.rows + first;
  Sums8<ROWS> sums;
  sums.start(bias);
  for (size_t t = 0; t < c.part.taps; ++t, rows += c.count, weights += gap) {
    const uint8_t *from[ROWS];
#pragma GCC unroll 8
    for (int i = 0; i < ROWS; ++i) from[i] = rows[i];
    size_t k = 0;
    int16x8_t x[ROWS];
    for (; k + together <= depth; k += together, weights += together * tile_columns) {
#pragma GCC unroll 8
      for (int i = 0; i < ROWS; ++i) x[i] = widen<SIGNED>(vld1_u8(from[i] + k));
      add_lane<0>(sums, x, weights);
    }
    for (; k < depth; ++k, weights += tile_columns) {
      const int16x8_t w = vld1q_s16(weights);
#pragma GCC unroll 8
      for (int i = 0; i < ROWS; ++i) {
        const int16_t one = SIGNED ? static_cast<int8_t>(from[i][k]) : static_cast<int16_t>(from[i][k]);
        sums.left[i] = vmlal_n_s16(sums.left[i], vget_low_s16(w), one);
        sums.right[i] = vmlal_high_n_s16(sums.right[i], w, one);
      }
    }
  }
  sums.store(to);
}

}  // namespace
}  // namespace accord

#define ACCORD_UNIT gemm_neon
#define ACCORD_OFFSETS {0, 0}
#include "neon.inc"
