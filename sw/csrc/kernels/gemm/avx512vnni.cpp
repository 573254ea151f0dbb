// Tiles of 12 rows by 32 columns: 24 accumulators, vpdpbusd on four bytes of depth at a time.
#include "../epilogue_avx512.hpp"
#include "gemm.hpp"

namespace accord {
namespace {

constexpr size_t tile_rows = 12, tile_columns = 32, step = 4;
constexpr size_t step_bytes = tile_columns * step;

size_t steps(const GemmShape &s) { return (s.depth + step - 1) / step; }
size_t panels(const GemmShape &s) { return (s.columns + tile_columns - 1) / tile_columns; }
size_t panel_bytes(const GemmShape &s) { return s.taps * steps(s) * step_bytes; }
size_t packed_bytes(const GemmShape &s) { return panels(s) * panel_bytes(s); }
size_t scratch_bytes(const GemmShape &) { return 0; }

// Panel after panel of 32 columns; in one, tap after tap, four bytes of depth after another; there 32 columns of four.
void pack(const GemmShape &s, const int8_t *weights, void *packed) {
  int8_t *out = static_cast<int8_t *>(packed);
  for (size_t first = 0; first < s.columns; first += tile_columns)
    for (size_t t = 0; t < s.taps; ++t)
      for (size_t k = 0; k < steps(s) * step; k += step)
        for (size_t n = first; n < first + tile_columns; ++n)
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

// Few rows are few sums, and each waits for the one before: they are summed in several chains, even and odd steps, say.
template <int ROWS>
constexpr int chains = ROWS >= 4   ? 1
                       : ROWS >= 2 ? 2
                                   : 4;

// ROWS by 32 sums of one chain.
template <int ROWS>
struct Chain {
  __m512i left[ROWS], right[ROWS];

  void clear() {
#pragma GCC unroll 16
    for (int i = 0; i < ROWS; ++i) left[i] = right[i] = _mm512_setzero_si512();
  }
  void add(int i, __m512i four, __m512i w0, __m512i w1) {
    left[i] = _mm512_dpbusd_epi32(left[i], four, w0);
    right[i] = _mm512_dpbusd_epi32(right[i], four, w1);
  }
};

// ROWS by 32 sums from row `first` on, into `sums`.
template <int ROWS, bool SIGNED>
void tile(const GemmCall &c, size_t first, const int8_t *weights, int32_t *sums) {
  constexpr int CHAINS = chains<ROWS>;
  const size_t taps = c.shape.taps, depth = c.shape.depth;
  const uint8_t *const *rows = c.rows + first * taps;
  Chain<ROWS> chain[CHAINS];
#pragma GCC unroll 4
  for (int j = 0; j < CHAINS; ++j) chain[j].clear();
  for (size_t t = 0; t < taps; ++t) {
    const uint8_t *x[ROWS];
#pragma GCC unroll 16
    for (int i = 0; i < ROWS; ++i) x[i] = rows[static_cast<size_t>(i) * taps + t];
    size_t k = 0;
    for (; k + step * CHAINS <= depth; k += step * CHAINS)
#pragma GCC unroll 4
      for (int j = 0; j < CHAINS; ++j, weights += step_bytes) {
        const __m512i w0 = _mm512_load_si512(weights), w1 = _mm512_load_si512(weights + 64);
#pragma GCC unroll 16
        for (int i = 0; i < ROWS; ++i) chain[j].add(i, as_unsigned<SIGNED>(broadcast(x[i] + k + step * j)), w0, w1);
      }
    for (; k < depth; k += step, weights += step_bytes) {
      const __m512i w0 = _mm512_load_si512(weights), w1 = _mm512_load_si512(weights + 64);
#pragma GCC unroll 16
      for (int i = 0; i < ROWS; ++i) chain[0].add(i, as_unsigned<SIGNED>(broadcast_tail(x[i] + k, depth - k)), w0, w1);
    }
  }
#pragma GCC unroll 16
  for (int i = 0; i < ROWS; ++i) {
#pragma GCC unroll 4
    for (int j = 1; j < CHAINS; ++j) {
      chain[0].left[i] = _mm512_add_epi32(chain[0].left[i], chain[j].left[i]);
      chain[0].right[i] = _mm512_add_epi32(chain[0].right[i], chain[j].right[i]);
    }
    _mm512_store_si512(sums + i * 32, chain[0].left[i]);
    _mm512_store_si512(sums + i * 32 + 16, chain[0].right[i]);
  }
}

using Tile = void (*)(const GemmCall &, size_t, const int8_t *, int32_t *);

#define ACCORD_TILES(sign)                                                                     \
  {tile<1, sign>, tile<2, sign>, tile<3, sign>, tile<4, sign>,  tile<5, sign>,  tile<6, sign>, \
   tile<7, sign>, tile<8, sign>, tile<9, sign>, tile<10, sign>, tile<11, sign>, tile<12, sign>}
constexpr Tile tiles[2][tile_rows] = {ACCORD_TILES(false), ACCORD_TILES(true)};
#undef ACCORD_TILES

void run(const GemmCall &c) {
  const size_t item = c.epilogue->contract == contract_s32 ? sizeof(int32_t) : 1;
  const int8_t *panel = static_cast<const int8_t *>(c.weights);
  const Epilogue e = *c.epilogue;  // a copy that no store can change
  alignas(64) int32_t sums[tile_rows * tile_columns];
  for (size_t n = 0; n < c.shape.columns; n += tile_columns, panel += panel_bytes(c.shape))
    for (size_t i = 0, rows; i < c.count; i += rows) {
      rows = even_rows(c.count - i, tile_rows);
      const size_t columns = c.shape.columns - n < tile_columns ? c.shape.columns - n : tile_columns;
      tiles[c.is_signed][rows - 1](c, i, panel, sums);
      uint8_t *out = c.out + static_cast<ptrdiff_t>(i) * c.out_stride + n * item;
      finish(e, {sums, tile_columns, rows, columns, n}, out, c.out_stride);
    }
}

}  // namespace

const GemmTable gemm_avx512vnni = {128, 8 * tile_rows, packed_bytes, pack, scratch_bytes, run};

}  // namespace accord
