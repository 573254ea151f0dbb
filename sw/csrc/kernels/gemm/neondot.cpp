// sdot: four bytes of depth at a time. A u8 activation is flipped, which takes 128 from it.
#include "../lanes_neon.hpp"
#include "../lookup_neon.hpp"

#include "gemm.hpp"
#include "sums_neon.hpp"

namespace accord {
namespace {

using Weight = int8_t;
constexpr size_t step = 4, together = 16;

template <bool SIGNED>
inline int8x16_t as_signed(uint8x16_t x) {
  return vreinterpretq_s8_u8(SIGNED ? x : veorq_u8(x, vdupq_n_u8(0x80)));
}

// Step LANE of the four that a register of each row holds.
template <int LANE, int ROWS>
[[gnu::always_inline]] inline void add_step(Sums8<ROWS> &sums, const int8x16_t *x, const Weight *weights) {
  const int8x16_t left = vld1q_s8(weights), right = vld1q_s8(weights + 16);
#pragma GCC unroll 8
  for (int i = 0; i < ROWS; ++i) {
    sums.left[i] = vdotq_laneq_s32(sums.left[i], left, x[i], LANE);
    sums.right[i] = vdotq_laneq_s32(sums.right[i], right, x[i], LANE);
  }
}

template <int ROWS, bool SIGNED>
void sum_tile(const GemmCall &c, size_t first, const Weight *weights, const int32_t *bias, int32_t *to) {
  constexpr size_t step_items = step * tile_columns;
  const size_t depth = c.part.bytes, gap = items_of<step>(c.shape.depth) - items_of<step>(depth);
  const uint8_t *const *rows = c.rows + first;
  Sums8<ROWS> sums;
  sums.start(bias);
  for (size_t t = 0; t < c.part.taps; ++t, rows += c.count, weights += gap) {
    const uint8_t *from[ROWS];
#pragma GCC unroll 8
    for (int i = 0; i < ROWS; ++i) from[i] = rows[i];
    size_t k = 0;
    int8x16_t x[ROWS];
    for (; k + together <= depth; k += together, weights += 4 * step_items) {
#pragma GCC unroll 8
      for (int i = 0; i < ROWS; ++i) x[i] = as_signed<SIGNED>(vld1q_u8(from[i] + k));
      add_step<0>(sums, x, weights);
      add_step<1>(sums, x, weights + step_items);
      add_step<2>(sums, x, weights + 2 * step_items);
      add_step<3>(sums, x, weights + 3 * step_items);
    }
    if (k == depth) continue;
#pragma GCC unroll 8
    for (int i = 0; i < ROWS; ++i) x[i] = as_signed<SIGNED>(load_16(from[i] + k, depth - k));
    for (; k < depth; k += step, weights += step_items) {
      add_step<0>(sums, x, weights);
#pragma GCC unroll 8
      for (int i = 0; i < ROWS; ++i) x[i] = vextq_s8(x[i], x[i], step);
    }
  }
  sums.store(to);
}

}  // namespace
}  // namespace accord

#define ACCORD_UNIT gemm_neondot
#define ACCORD_OFFSETS {-128, 0}
#include "neon.inc"
