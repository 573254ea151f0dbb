// Tiles of 6 rows by 8 columns: 12 accumulators, i32x4.dot_i16x8_s on two operands of depth at a time. Weights are widened
// as they are loaded, activations before, a pair of each row of a tile behind another: all addresses of a step are constant
// distances from two pointers.
#include "../lanes_wasm.hpp"
#include "../lookup_wasm.hpp"

#include "../finish.hpp"
#include "gemm.hpp"

namespace accord {
namespace {

constexpr size_t tile_rows = 6, tile_columns = 8, step = 2;
constexpr size_t chunk = 16 * tile_rows;

size_t steps(size_t depth) { return (depth + step - 1) / step; }
size_t steps(const GemmShape &s) { return steps(s.depth); }
size_t panels(const GemmShape &s) { return (s.columns + tile_columns - 1) / tile_columns; }
size_t tap_bytes(const GemmShape &s) { return steps(s) * tile_columns * step; }
size_t panel_bytes(const GemmShape &s) { return s.taps * tap_bytes(s); }
size_t packed_bytes(const GemmShape &s) { return panels(s) * panel_bytes(s); }
size_t scratch_bytes(const GemmShape &s, size_t rows) { return rows * s.taps * steps(s) * step * sizeof(int16_t); }

// Panel after panel of 8 columns; in one, tap after tap, a pair of depth after another; there 8 columns of two.
void pack(const GemmShape &s, const int8_t *weights, void *packed) {
  int8_t *out = static_cast<int8_t *>(packed);
  for (size_t first = 0; first < s.columns; first += tile_columns)
    for (size_t t = 0; t < s.taps; ++t)
      for (size_t k = 0; k < s.depth; k += step)
        for (size_t n = first; n < first + tile_columns; ++n)
          for (size_t i = k; i < k + step; ++i)
            *out++ = n < s.columns && i < s.depth ? weights[(t * s.depth + i) * s.columns + n] : int8_t{0};
}

// One tap's bytes as pairs of s16, a pair every `rows`; an odd depth is filled with a zero.
template <bool SIGNED>
void widen_tap(const uint8_t *x, size_t depth, size_t rows, int16_t *out) {
  const size_t next = rows * step;
  size_t k = 0;
  for (; k + 8 <= depth; k += 8, out += 4 * next) {
    const v128_t words = SIGNED ? wasm_i16x8_load8x8(x + k) : wasm_u16x8_load8x8(x + k);
    wasm_v128_store32_lane(out, words, 0);
    wasm_v128_store32_lane(out + next, words, 1);
    wasm_v128_store32_lane(out + 2 * next, words, 2);
    wasm_v128_store32_lane(out + 3 * next, words, 3);
  }
  for (; k < depth; k += step, out += next) {
    out[0] = SIGNED ? static_cast<int8_t>(x[k]) : x[k];
    out[1] = k + 1 == depth ? int16_t{0} : SIGNED ? static_cast<int8_t>(x[k + 1]) : x[k + 1];
  }
}

// `rows` rows from row `first` on.
void widen(const GemmCall &c, size_t first, size_t rows, int16_t *out) {
  const auto tap = c.is_signed ? widen_tap<true> : widen_tap<false>;
  const size_t tap_items = steps(c.part.bytes) * rows * step;
  for (size_t t = 0; t < c.part.taps; ++t)
    for (size_t i = 0; i < rows; ++i)
      tap(c.rows[t * c.count + first + i], c.part.bytes, rows, out + t * tap_items + i * step);
}

// What a row is multiplied by: weights of pairs of depth and, behind those of each tap, others.
struct Pairs {
  size_t taps, tap_bytes, gap;
};

Pairs pairs_of(const GemmCall &c) {
  const size_t bytes = steps(c.part.bytes) * tile_columns * step, gap = tap_bytes(c.shape) - bytes;
  return gap ? Pairs{c.part.taps, bytes, gap} : Pairs{1, c.part.taps * bytes, 0};
}

// ROWS by 8 sums, their bias included, into `sums`.
template <size_t ROWS>
void tile(const int16_t *x, const Pairs &pairs, const int8_t *weights, const int32_t *bias, int32_t *sums) {
  v128_t left[ROWS], right[ROWS];
#pragma clang loop unroll(full)
  for (size_t i = 0; i < ROWS; ++i) left[i] = wasm_v128_load(bias), right[i] = wasm_v128_load(bias + 4);
  for (size_t t = 0; t < pairs.taps; ++t, weights += pairs.gap)
    for (const int8_t *const end = weights + pairs.tap_bytes; weights < end;
         weights += tile_columns * step, x += ROWS * step) {
      const v128_t w0 = wasm_i16x8_load8x8(weights), w1 = wasm_i16x8_load8x8(weights + 8);
#pragma clang loop unroll(full)
      for (size_t i = 0; i < ROWS; ++i) {
        const v128_t pair = wasm_v128_load32_splat(x + i * step);
        left[i] = wasm_i32x4_add(left[i], wasm_i32x4_dot_i16x8(pair, w0));
        right[i] = wasm_i32x4_add(right[i], wasm_i32x4_dot_i16x8(pair, w1));
      }
    }
#pragma clang loop unroll(full)
  for (size_t i = 0; i < ROWS; ++i) {
    wasm_v128_store(sums + i * 8, left[i]);
    wasm_v128_store(sums + i * 8 + 4, right[i]);
  }
}

using Tile = void (*)(const int16_t *, const Pairs &, const int8_t *, const int32_t *, int32_t *);
constexpr Tile tiles[tile_rows] = {tile<1>, tile<2>, tile<3>, tile<4>, tile<5>, tile<6>};

void run(const GemmCall &c) {
  const size_t item = c.epilogue->contract == contract_s32 ? sizeof(int32_t) : 1;
  int16_t *const widened = static_cast<int16_t *>(c.scratch);
  const size_t row_items = c.part.taps * steps(c.part.bytes) * step;
  each_tile(c, tile_rows, [&](size_t i, size_t rows, const uint8_t *) { widen(c, i, rows, widened + i * row_items); });
  const Pairs pairs = pairs_of(c);
  const int8_t *panel =
      static_cast<const int8_t *>(c.weights) + c.part.first_tap * tap_bytes(c.shape) + c.part.first_byte * tile_columns;
  const Epilogue e = *c.epilogue;  // a copy that no store can change
  alignas(16) int32_t sums[tile_rows * tile_columns];
  for (size_t n = 0; n < c.shape.columns; n += tile_columns, panel += panel_bytes(c.shape))
    each_tile(c, tile_rows, [&](size_t i, size_t rows, uint8_t *out) {
      const size_t columns = c.shape.columns - n < tile_columns ? c.shape.columns - n : tile_columns;
      tiles[rows - 1](widened + i * row_items, pairs, panel, e.bias + n, sums);
      finish_tile<2>(e, {sums, tile_columns, rows, columns, n}, out + n * item, c.out_stride);
    });
}

}  // namespace

const GemmTable gemm_wasm = {{0, 0}, chunk, packed_bytes, pack, scratch_bytes, run};

}  // namespace accord
