// usmmla: two rows by two columns, eight bytes of depth at a time. An s8 activation is flipped, which adds 128 to it.
#include "../lanes_neon.hpp"
#include "../lookup_neon.hpp"

#include "gemm.hpp"
#include "sums_neon.hpp"

namespace accord {
namespace {

using Weight = int8_t;
constexpr size_t step = 8, column_pairs = tile_columns / 2, step_items = step * tile_columns;

template <bool SIGNED>
inline uint8x16_t as_unsigned(uint8x16_t x) {
  return SIGNED ? veorq_u8(x, vdupq_n_u8(0x80)) : x;
}

// Sums of row pairs by column pairs: row 0 and row 1 of a register's halves.
template <int PAIRS>
struct Squares {
  int32x4_t sums[PAIRS][column_pairs];

  [[gnu::always_inline]] void add(const uint8x16_t *x, const Weight *weights) {
#pragma GCC unroll 4
    for (size_t j = 0; j < column_pairs; ++j) {
      const int8x16_t w = vld1q_s8(weights + 16 * j);
#pragma GCC unroll 4
      for (int p = 0; p < PAIRS; ++p) sums[p][j] = vusmmlaq_s32(sums[p][j], x[p], w);
    }
  }
};

// The lower or the upper eight bytes of two rows.
inline uint8x16_t lower(uint8x16_t a, uint8x16_t b) {
  return vreinterpretq_u8_u64(vzip1q_u64(vreinterpretq_u64_u8(a), vreinterpretq_u64_u8(b)));
}
inline uint8x16_t upper(uint8x16_t a, uint8x16_t b) {
  return vreinterpretq_u8_u64(vzip2q_u64(vreinterpretq_u64_u8(a), vreinterpretq_u64_u8(b)));
}

inline int32x4_t first_halves(int32x4_t a, int32x4_t b) { return vcombine_s32(vget_low_s32(a), vget_low_s32(b)); }
inline int32x4_t second_halves(int32x4_t a, int32x4_t b) { return vcombine_s32(vget_high_s32(a), vget_high_s32(b)); }

template <int ROWS, bool SIGNED>
void sum_tile(const GemmCall &c, size_t first, const Weight *weights, const int32_t *bias, int32_t *to) {
  constexpr int PAIRS = (ROWS + 1) / 2;
  const size_t depth = c.part.bytes, gap = items_of<step>(c.shape.depth) - items_of<step>(depth);
  const uint8_t *const *rows = c.rows + first;
  Squares<PAIRS> squares;
#pragma GCC unroll 4
  for (int p = 0; p < PAIRS; ++p)
#pragma GCC unroll 4
    for (size_t j = 0; j < column_pairs; ++j) squares.sums[p][j] = vdupq_n_s32(0);
  for (size_t t = 0; t < c.part.taps; ++t, rows += c.count, weights += gap) {
    const uint8_t *from[2 * PAIRS];
#pragma GCC unroll 8
    for (int i = 0; i < 2 * PAIRS; ++i) from[i] = rows[i < ROWS ? i : ROWS - 1];
    size_t k = 0;
    uint8x16_t x[PAIRS], next[PAIRS];
    for (; k + 2 * step <= depth; k += 2 * step) {
#pragma GCC unroll 4
      for (int p = 0; p < PAIRS; ++p) {
        const uint8x16_t a = vld1q_u8(from[2 * p] + k), b = vld1q_u8(from[2 * p + 1] + k);
        x[p] = as_unsigned<SIGNED>(lower(a, b)), next[p] = as_unsigned<SIGNED>(upper(a, b));
      }
      squares.add(x, weights);
      squares.add(next, weights + step_items);
      weights += 2 * step_items;
    }
    for (; k < depth; k += step, weights += step_items) {
#pragma GCC unroll 4
      for (int p = 0; p < PAIRS; ++p) {
        const size_t left = depth - k;
        const uint64_t a = load_8(from[2 * p] + k, left), b = load_8(from[2 * p + 1] + k, left);
        x[p] = as_unsigned<SIGNED>(vcombine_u8(vcreate_u8(a), vcreate_u8(b)));
      }
      squares.add(x, weights);
    }
  }
  const int32x4_t left = vld1q_s32(bias), right = vld1q_s32(bias + 4);
#pragma GCC unroll 4
  for (int p = 0; p < PAIRS; ++p, to += 2 * tile_columns) {
    const int32x4_t *s = squares.sums[p];
    vst1q_s32(to, vaddq_s32(first_halves(s[0], s[1]), left));
    vst1q_s32(to + 4, vaddq_s32(first_halves(s[2], s[3]), right));
    vst1q_s32(to + 8, vaddq_s32(second_halves(s[0], s[1]), left));
    vst1q_s32(to + 12, vaddq_s32(second_halves(s[2], s[3]), right));
  }
}

}  // namespace
}  // namespace accord

#define ACCORD_UNIT gemm_neoni8mm
#define ACCORD_OFFSETS {0, 128}
#include "neon.inc"
