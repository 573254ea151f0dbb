// Tiles of 12 rows by 32 columns: 24 accumulators, vpdpbusd on four bytes of depth at a time. The last columns have a panel
// as narrow as they are, in steps of eight: half a vector costs half.
#include "../lanes_avx512.hpp"
#include "../lookup_avx512.hpp"

#include "../finish.hpp"
#include "gemm.hpp"

namespace accord {
namespace {

constexpr size_t tile_rows = 12, tile_columns = 32, step = 4, narrowest = 8;

size_t steps(const GemmShape &s) { return (s.depth + step - 1) / step; }
size_t panel_columns(size_t left) {
  return left >= tile_columns ? tile_columns : (left + narrowest - 1) / narrowest * narrowest;
}
size_t panel_bytes(const GemmShape &s, size_t columns) { return s.taps * steps(s) * step * columns; }
size_t packed_bytes(const GemmShape &s) {
  return panel_bytes(s, s.columns / tile_columns * tile_columns + panel_columns(s.columns % tile_columns));
}
size_t scratch_bytes(const GemmShape &) { return 0; }

// Panel after panel of columns; in one, tap after tap, four bytes of depth after another; there the columns of four.
void pack(const GemmShape &s, const int8_t *weights, void *packed) {
  int8_t *out = static_cast<int8_t *>(packed);
  for (size_t first = 0; first < s.columns; first += tile_columns)
    for (size_t t = 0; t < s.taps; ++t)
      for (size_t k = 0; k < steps(s) * step; k += step)
        for (size_t n = first; n < first + panel_columns(s.columns - first); ++n)
          for (size_t i = k; i < k + step; ++i)
            *out++ = n < s.columns && i < s.depth ? weights[(t * s.depth + i) * s.columns + n] : int8_t{0};
}

inline __m512i broadcast(const uint8_t *x) {
  int32_t four;
  __builtin_memcpy(&four, x, sizeof four);
  return _mm512_set1_epi32(four);
}

// Four bytes, or the last one to three of a tap with zeros behind them.
inline __m512i broadcast_tail(const uint8_t *x, size_t count) {
  if (count >= step) return broadcast(x);
  const uint32_t second = count > 1 ? x[1] : 0u, third = count > 2 ? x[2] : 0u;
  return _mm512_set1_epi32(static_cast<int32_t>(x[0] | second << 8 | third << 16));
}

template <bool SIGNED>
inline __m512i as_unsigned(__m512i x) {
  return SIGNED ? _mm512_xor_si512(x, _mm512_set1_epi8(static_cast<char>(0x80))) : x;
}

// Sixteen columns or, HALF, eight, in the lower half of a vector.
template <bool HALF>
struct Part {
  static __m512i load(const int8_t *w) {
    return HALF ? _mm512_castsi256_si512(_mm256_loadu_si256(reinterpret_cast<const __m256i *>(w)))
                : _mm512_loadu_si512(w);
  }
  static __m512i add(__m512i sum, __m512i four, __m512i w) {
    if constexpr (!HALF) return _mm512_dpbusd_epi32(sum, four, w);
    return _mm512_castsi256_si512(
        _mm256_dpbusd_epi32(_mm512_castsi512_si256(sum), _mm512_castsi512_si256(four), _mm512_castsi512_si256(w)));
  }
  static void store(uint8_t *to, __m512i sums, bool whole) {
    if (HALF && !whole)
      _mm256_storeu_si256(reinterpret_cast<__m256i *>(to), _mm512_castsi512_si256(sums));
    else
      _mm512_storeu_si512(to, sums);
  }
};

// ROWS by COLUMNS sums of one chain. COLUMNS is 8, 16, 24 or 32.
template <int ROWS, int COLUMNS>
struct Chain {
  using Left = Part<(COLUMNS < 16)>;
  using Right = Part<(COLUMNS < 32)>;
  static constexpr bool has_right = COLUMNS > 16;
  __m512i left[ROWS], right[ROWS];

  void clear() {
#pragma GCC unroll 16
    for (int i = 0; i < ROWS; ++i) left[i] = right[i] = _mm512_setzero_si512();
  }
  void add(int i, __m512i four, __m512i w0, __m512i w1) {
    left[i] = Left::add(left[i], four, w0);
    if constexpr (has_right) right[i] = Right::add(right[i], four, w1);
  }
  void add(const Chain &other) {
#pragma GCC unroll 16
    for (int i = 0; i < ROWS; ++i) {
      left[i] = _mm512_add_epi32(left[i], other.left[i]);
      if constexpr (has_right) right[i] = _mm512_add_epi32(right[i], other.right[i]);
    }
  }
};

// Where a tile begins: what it multiplies, and where its sums go, row after row, `whole` vectors or COLUMNS of them.
struct Job {
  const uint8_t *const *rows;
  size_t taps, depth, count;  // count: rows from tap to tap
  const int8_t *weights;
  const int32_t *bias;
  uint8_t *out;
  ptrdiff_t out_stride;
  bool whole;
};

// Few sums wait for the ones before: they are summed in several chains, even and odd steps, say.
constexpr int chains(int sums) { return sums >= 8 ? 1 : sums >= 4 ? 2 : 4; }

// ROWS by COLUMNS sums, bias included. It names few things and reads the job anew at the end: a general register moved
// to a vector one waits behind all multiplications.
template <int ROWS, int COLUMNS, bool SIGNED>
void tile(const Job &job) {
  using C = Chain<ROWS, COLUMNS>;
  constexpr int CHAINS = chains(C::has_right ? 2 * ROWS : ROWS);
  constexpr size_t step_bytes = COLUMNS * step;
  const __m512i none = _mm512_setzero_si512();
  const int8_t *weights = job.weights;
  const uint8_t *const *rows = job.rows;
  C chain[CHAINS];
#pragma GCC unroll 4
  for (int j = 0; j < CHAINS; ++j) chain[j].clear();
  const auto multiply = [&](C &to, const auto &four) __attribute__((always_inline)) {
    const __m512i w0 = C::Left::load(weights), w1 = C::has_right ? C::Right::load(weights + 64) : none;
    weights += step_bytes;
#pragma GCC unroll 16
    for (int i = 0; i < ROWS; ++i) to.add(i, as_unsigned<SIGNED>(four(i)), w0, w1);
  };
  for (size_t left = job.taps; left > 0; --left, rows += job.count) {
    const uint8_t *x[ROWS];
#pragma GCC unroll 16
    for (int i = 0; i < ROWS; ++i) x[i] = rows[i];
    size_t k = 0;
    for (; k + step * CHAINS <= job.depth; k += step * CHAINS)
#pragma GCC unroll 4
      for (int j = 0; j < CHAINS; ++j)
        multiply(chain[j], [&](int i) __attribute__((always_inline)) { return broadcast(x[i] + k + step * j); });
    for (; k < job.depth; k += step)
      multiply(chain[0], [&](int i) __attribute__((always_inline)) { return broadcast_tail(x[i] + k, job.depth - k); });
  }
#pragma GCC unroll 4
  for (int j = 1; j < CHAINS; ++j) chain[0].add(chain[j]);
  const __m512i left_bias = _mm512_loadu_si512(job.bias);
  const __m512i right_bias = C::has_right ? _mm512_loadu_si512(job.bias + 16) : none;
  uint8_t *out = job.out;
#pragma GCC unroll 16
  for (int i = 0; i < ROWS; ++i, out += job.out_stride) {
    C::Left::store(out, _mm512_add_epi32(chain[0].left[i], left_bias), job.whole);
    if constexpr (C::has_right) C::Right::store(out + 64, _mm512_add_epi32(chain[0].right[i], right_bias), job.whole);
  }
}

using Tile = void (*)(const Job &);

#define ACCORD_TILES(n, sign)                                                                                    \
  {tile<1, n, sign>, tile<2, n, sign>, tile<3, n, sign>, tile<4, n, sign>,  tile<5, n, sign>,  tile<6, n, sign>, \
   tile<7, n, sign>, tile<8, n, sign>, tile<9, n, sign>, tile<10, n, sign>, tile<11, n, sign>, tile<12, n, sign>}
#define ACCORD_WIDTHS(sign) \
  {ACCORD_TILES(8, sign), ACCORD_TILES(16, sign), ACCORD_TILES(24, sign), ACCORD_TILES(32, sign)}
constexpr Tile tiles[2][tile_columns / narrowest][tile_rows] = {ACCORD_WIDTHS(false), ACCORD_WIDTHS(true)};
#undef ACCORD_WIDTHS
#undef ACCORD_TILES

// All rows of one panel, `columns` of them from column `n` on. Sums that are the output go there; others are finished
// from aside.
void run_panel(const GemmCall &c, const Epilogue &e, const int8_t *panel, size_t n, size_t columns) {
  const size_t width = panel_columns(columns), aside_width = width > lanes ? 2 * lanes : lanes;
  const bool direct = e.contract == contract_s32 && columns == width;
  const auto finish = width > lanes ? finish_tile<2> : finish_tile<1>;
  alignas(64) int32_t aside[tile_rows * tile_columns];
  uint8_t *out = c.out + n * (e.contract == contract_s32 ? sizeof(int32_t) : 1);
  Job job = {.rows = c.rows,
             .taps = c.shape.taps,
             .depth = c.shape.depth,
             .count = c.count,
             .weights = panel,
             .bias = e.bias + n,
             .out = direct ? out : reinterpret_cast<uint8_t *>(aside),
             .out_stride = direct ? c.out_stride : static_cast<ptrdiff_t>(aside_width * sizeof(int32_t)),
             .whole = !direct};
  for (size_t i = 0, rows; i < c.count; i += rows, job.rows += rows) {
    rows = even_rows(c.count - i, tile_rows);
    tiles[c.is_signed][width / narrowest - 1][rows - 1](job);
    if (direct)
      job.out += static_cast<ptrdiff_t>(rows) * c.out_stride;
    else
      finish(e, aside, rows, columns, n, out + static_cast<ptrdiff_t>(i) * c.out_stride, c.out_stride);
  }
}

void run(const GemmCall &c) {
  const int8_t *panel = static_cast<const int8_t *>(c.weights);
  const Epilogue e = *c.epilogue;  // a copy that no store can change
  for (size_t n = 0; n < c.shape.columns; n += tile_columns) {
    const size_t columns = c.shape.columns - n < tile_columns ? c.shape.columns - n : tile_columns;
    run_panel(c, e, panel, n, columns);
    panel += panel_bytes(c.shape, panel_columns(columns));
  }
}

}  // namespace

const GemmTable gemm_avx512vnni = {128, 8 * tile_rows, packed_bytes, pack, scratch_bytes, run};

}  // namespace accord
