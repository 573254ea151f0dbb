// A product of bytes by relaxed dot products, exact: their second operand has seven bits, so an activation is taken apart, x =
// 2 * (x >> 1) + (x & 1), and each part summed by itself. Two products of the first part fit 16 bits: 2 * 127 * 128.
#include <stddef.h>
#include <stdint.h>
#include <wasm_simd128.h>

namespace {

constexpr size_t step = 4, panel_columns = 8;

inline v128_t dot(v128_t w, v128_t x, v128_t sum) { return wasm_i32x4_relaxed_dot_i8x16_i7x16_add(w, x, sum); }

template <size_t ROWS>
void tile(const uint8_t *x, size_t depth, const int8_t *w, int32_t *out, size_t columns) {
  const v128_t one = wasm_i8x16_const_splat(1);
  v128_t upper[ROWS][2], lower[ROWS][2];
#pragma clang loop unroll(full)
  for (size_t i = 0; i < ROWS; ++i)
    upper[i][0] = upper[i][1] = lower[i][0] = lower[i][1] = wasm_i32x4_const_splat(0);
  for (size_t k = 0; k < depth; k += step, w += step * panel_columns) {
    const v128_t w0 = wasm_v128_load(w), w1 = wasm_v128_load(w + 16);
#pragma clang loop unroll(full)
    for (size_t i = 0; i < ROWS; ++i) {
      const v128_t four = wasm_v128_load32_splat(x + i * depth + k);
      const v128_t seven = wasm_u8x16_shr(four, 1), last = wasm_v128_and(four, one);
      upper[i][0] = dot(w0, seven, upper[i][0]);
      upper[i][1] = dot(w1, seven, upper[i][1]);
      lower[i][0] = dot(w0, last, lower[i][0]);
      lower[i][1] = dot(w1, last, lower[i][1]);
    }
  }
#pragma clang loop unroll(full)
  for (size_t i = 0; i < ROWS; ++i)
    for (size_t j = 0; j < 2; ++j)
      wasm_v128_store(out + i * columns + 4 * j, wasm_i32x4_add(wasm_i32x4_shl(upper[i][j], 1), lower[i][j]));
}

}  // namespace

// u8 by s8, the sums not finished. Depth is a multiple of 4, columns of 8; weights in panels of 8 columns, there four of depth
// after four, column after column.
extern "C" __attribute__((export_name("loop_matmul_relaxed"))) void loop_matmul_relaxed(
    const uint8_t *x, const int8_t *w, int32_t *out, size_t rows, size_t depth, size_t columns, size_t times) {
  for (; times > 0; --times)
    for (size_t n = 0; n < columns; n += panel_columns) {
      size_t i = 0;
      for (; i + 2 <= rows; i += 2) tile<2>(x + i * depth, depth, w + n * depth, out + i * columns + n, columns);
      if (i < rows) tile<1>(x + i * depth, depth, w + n * depth, out + i * columns + n, columns);
    }
}
