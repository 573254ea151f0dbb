// Loops around layers, so that calling the module costs nothing, and the same work in FP32: SIMD128, a multiplication and an
// addition, since there is nothing that does both.
#include <wasm_simd128.h>

#include "../../sw/csrc/layers/conv2d.hpp"
#include "../../sw/csrc/layers/depthwise.hpp"

#define ACCORD_EXPORT(name) extern "C" __attribute__((export_name(#name)))

using namespace accord;

namespace {

constexpr size_t tile_rows = 6, tile_columns = 8;

inline v128_t multiply_add(v128_t sum, v128_t a, v128_t b) { return wasm_f32x4_add(sum, wasm_f32x4_mul(a, b)); }

template <size_t ROWS>
void tile(const float *x, size_t depth, const float *w, float *out, size_t columns) {
  v128_t sums[ROWS][2];
#pragma clang loop unroll(full)
  for (size_t i = 0; i < ROWS; ++i) sums[i][0] = sums[i][1] = wasm_f32x4_const_splat(0);
  for (size_t k = 0; k < depth; ++k, w += tile_columns) {
    const v128_t w0 = wasm_v128_load(w), w1 = wasm_v128_load(w + 4);
#pragma clang loop unroll(full)
    for (size_t i = 0; i < ROWS; ++i) {
      const v128_t one = wasm_v128_load32_splat(x + i * depth + k);
      sums[i][0] = multiply_add(sums[i][0], one, w0);
      sums[i][1] = multiply_add(sums[i][1], one, w1);
    }
  }
#pragma clang loop unroll(full)
  for (size_t i = 0; i < ROWS; ++i)
    for (size_t j = 0; j < 2; ++j) wasm_v128_store(out + i * columns + 4 * j, sums[i][j]);
}

using Tile = void (*)(const float *, size_t, const float *, float *, size_t);
constexpr Tile tiles[tile_rows] = {tile<1>, tile<2>, tile<3>, tile<4>, tile<5>, tile<6>};

}  // namespace

ACCORD_EXPORT(loop_matmul)
void loop_matmul(const Matmul *layer, const uint8_t *x, size_t depth, size_t rows, uint8_t *out, size_t out_stride,
                 size_t times) {
  for (; times > 0; --times)
    layer->run(x, static_cast<ptrdiff_t>(depth), rows, out, static_cast<ptrdiff_t>(out_stride));
}

template <class Layer>
void loop_image(const Layer *layer, const uint8_t *x, size_t size, size_t channels, uint8_t *out, size_t pixel,
                size_t times) {
  const ptrdiff_t row = static_cast<ptrdiff_t>(size * channels), all = static_cast<ptrdiff_t>(size) * row;
  for (; times > 0; --times)
    layer->run({x, 1, size, size, channels, {all, row, static_cast<ptrdiff_t>(channels)}}, out,
               static_cast<ptrdiff_t>(pixel));
}

ACCORD_EXPORT(loop_conv2d)
void loop_conv2d(const Conv2d *layer, const uint8_t *x, size_t size, size_t channels, uint8_t *out, size_t pixel,
                 size_t times) {
  loop_image(layer, x, size, channels, out, pixel, times);
}
ACCORD_EXPORT(loop_depthwise)
void loop_depthwise(const Depthwise *layer, const uint8_t *x, size_t size, size_t channels, uint8_t *out, size_t pixel,
                    size_t times) {
  loop_image(layer, x, size, channels, out, pixel, times);
}

// Weights in panels of 8 columns, columns a multiple of 8.
ACCORD_EXPORT(loop_matmul_f32)
void loop_matmul_f32(const float *x, const float *w, float *out, size_t rows, size_t depth, size_t columns,
                     size_t times) {
  for (; times > 0; --times)
    for (size_t n = 0; n < columns; n += tile_columns)
      for (size_t i = 0, some; i < rows; i += some) {
        some = even_rows(rows - i, tile_rows);
        tiles[some - 1](x + i * depth, depth, w + n * depth, out + i * columns + n, columns);
      }
}

// Four outputs side by side at a time; the image has its padding, channels are a multiple of 4, `size` of 4.
ACCORD_EXPORT(loop_depthwise_f32)
void loop_depthwise_f32(const float *x, const float *w, float *out, size_t size, size_t channels, size_t kernel,
                        size_t times) {
  const size_t width = size + kernel - 1;
  for (; times > 0; --times)
    for (size_t y = 0; y < size; ++y)
      for (size_t i = 0; i < size; i += 4)
        for (size_t c = 0; c < channels; c += 4) {
          v128_t sums[4] = {};
          for (size_t ky = 0; ky < kernel; ++ky)
            for (size_t kx = 0; kx < kernel; ++kx) {
              const v128_t one = wasm_v128_load(w + (ky * kernel + kx) * channels + c);
              const float *from = x + ((y + ky) * width + i + kx) * channels + c;
#pragma clang loop unroll(full)
              for (size_t j = 0; j < 4; ++j) sums[j] = multiply_add(sums[j], wasm_v128_load(from + j * channels), one);
            }
#pragma clang loop unroll(full)
          for (size_t j = 0; j < 4; ++j) wasm_v128_store(out + (y * size + i + j) * channels + c, sums[j]);
        }
}
