// Tiles of 6 rows by 16 columns: 12 accumulators, vpmaddwd on two operands of depth at a time, both widened to s16: rows
// once, weights whenever they are loaded.
#include "../lanes_avx2.hpp"
#include "../lookup_avx2.hpp"

#include "../finish.hpp"
#include "gemm.hpp"

namespace accord {
namespace {

constexpr size_t tile_rows = 6, tile_columns = 16, step = 2;
constexpr size_t chunk = 16 * tile_rows;

size_t steps(size_t depth) { return (depth + step - 1) / step; }
size_t steps(const GemmShape &s) { return steps(s.depth); }
size_t panels(const GemmShape &s) { return (s.columns + tile_columns - 1) / tile_columns; }
size_t tap_items(const GemmShape &s) { return steps(s) * tile_columns * step; }
size_t panel_items(const GemmShape &s) { return s.taps * tap_items(s); }
size_t packed_bytes(const GemmShape &s) { return panels(s) * panel_items(s); }
size_t scratch_bytes(const GemmShape &s, size_t rows) { return rows * s.taps * steps(s) * step * sizeof(int16_t); }

// Panel after panel of 16 columns; in one, tap after tap, a pair of depth after another; there 16 columns of two.
void pack(const GemmShape &s, const int8_t *weights, void *packed) {
  int8_t *out = static_cast<int8_t *>(packed);
  for (size_t first = 0; first < s.columns; first += tile_columns)
    for (size_t t = 0; t < s.taps; ++t)
      for (size_t k = 0; k < s.depth; k += step)
        for (size_t n = first; n < first + tile_columns; ++n)
          for (size_t i = k; i < k + step; ++i)
            *out++ = n < s.columns && i < s.depth ? weights[(t * s.depth + i) * s.columns + n] : int8_t{0};
}

inline int16_t widen(uint8_t byte, bool is_signed) {
  return is_signed ? static_cast<int16_t>(static_cast<int8_t>(byte)) : static_cast<int16_t>(byte);
}

// One tap's bytes as s16, an odd depth filled with a zero.
inline int16_t *widen_tap(const uint8_t *x, size_t depth, bool is_signed, int16_t *out) {
  size_t k = 0;
  for (; k + 16 <= depth; k += 16) {
    const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i *>(x + k));
    const __m256i words = is_signed ? _mm256_cvtepi8_epi16(bytes) : _mm256_cvtepu8_epi16(bytes);
    _mm256_storeu_si256(reinterpret_cast<__m256i *>(out + k), words);
  }
  for (; k < depth; ++k) out[k] = widen(x[k], is_signed);
  if (k % step) out[k++] = 0;
  return out + k;
}

inline __m256i broadcast(const int16_t *x) {
  int32_t pair;
  __builtin_memcpy(&pair, x, sizeof pair);
  return _mm256_set1_epi32(pair);
}

inline __m256i load_weights(const int8_t *from) {
  return _mm256_cvtepi8_epi16(_mm_load_si128(reinterpret_cast<const __m128i *>(from)));
}
inline __m256i load_sums(const int32_t *from) { return _mm256_loadu_si256(reinterpret_cast<const __m256i *>(from)); }
inline void store(int32_t *to, __m256i sums) { _mm256_store_si256(reinterpret_cast<__m256i *>(to), sums); }

// What a row is multiplied by: pairs of depth and, behind those of each tap, items of weights that are not.
struct Pairs {
  size_t taps, of_tap, gap;
};

Pairs pairs_of(const GemmCall &c) {
  const size_t of_tap = steps(c.part.bytes), gap = tap_items(c.shape) - of_tap * tile_columns * step;
  return gap ? Pairs{c.part.taps, of_tap, gap} : Pairs{1, c.part.taps * of_tap, 0};
}

// ROWS by 16 sums from widened rows, their bias included, into `sums`.
template <int ROWS>
void tile(const int16_t *x, const Pairs &pairs, const int8_t *weights, const int32_t *bias, int32_t *sums) {
  const size_t count = pairs.of_tap, row_items = pairs.taps * count * step;
  __m256i left[ROWS], right[ROWS];
#pragma GCC unroll 16
  for (int i = 0; i < ROWS; ++i) left[i] = load_sums(bias), right[i] = load_sums(bias + 8);
  for (size_t t = 0; t < pairs.taps; ++t, x += count * step, weights += pairs.gap)
    for (size_t k = 0; k < count; ++k, weights += tile_columns * step) {
      const __m256i w0 = load_weights(weights), w1 = load_weights(weights + 16);
#pragma GCC unroll 16
      for (int i = 0; i < ROWS; ++i) {
        const __m256i pair = broadcast(x + static_cast<size_t>(i) * row_items + k * step);
        left[i] = _mm256_add_epi32(left[i], _mm256_madd_epi16(pair, w0));
        right[i] = _mm256_add_epi32(right[i], _mm256_madd_epi16(pair, w1));
      }
    }
#pragma GCC unroll 16
  for (int i = 0; i < ROWS; ++i) {
    store(sums + i * 16, left[i]);
    store(sums + i * 16 + 8, right[i]);
  }
}

using Tile = void (*)(const int16_t *, const Pairs &, const int8_t *, const int32_t *, int32_t *);
constexpr Tile tiles[tile_rows] = {tile<1>, tile<2>, tile<3>, tile<4>, tile<5>, tile<6>};

void run(const GemmCall &c) {
  const size_t item = c.epilogue->contract == contract_s32 ? sizeof(int32_t) : 1;
  int16_t *const widened = static_cast<int16_t *>(c.scratch);
  int16_t *end = widened;
  for (size_t i = 0; i < c.count; ++i)
    for (size_t t = 0; t < c.part.taps; ++t) end = widen_tap(c.rows[t * c.count + i], c.part.bytes, c.is_signed, end);
  const Pairs pairs = pairs_of(c);
  const size_t row_items = pairs.taps * pairs.of_tap * step;
  const int8_t *panel =
      static_cast<const int8_t *>(c.weights) + c.part.first_tap * tap_items(c.shape) + c.part.first_byte * tile_columns;
  const Epilogue e = *c.epilogue;  // a copy that no store can change
  alignas(32) int32_t sums[tile_rows * tile_columns];
  for (size_t n = 0; n < c.shape.columns; n += tile_columns, panel += panel_items(c.shape))
    each_tile(c, tile_rows, [&](size_t i, size_t rows, uint8_t *out) {
      const size_t columns = c.shape.columns - n < tile_columns ? c.shape.columns - n : tile_columns;
      tiles[rows - 1](widened + i * row_items, pairs, panel, e.bias + n, sums);
      finish_tile<2>(e, {sums, tile_columns, rows, columns, n}, out + n * item, c.out_stride);
    });
}

}  // namespace

const GemmTable gemm_avx2 = {{0, 0}, chunk, packed_bytes, pack, scratch_bytes, run};

}  // namespace accord
