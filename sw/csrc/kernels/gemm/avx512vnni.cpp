// Tiles of 12 rows by 32 columns: 24 accumulators, vpdpbusd on four bytes of depth at a time. The last columns have a panel
// as narrow as they are, in steps of eight: half a vector costs half.
#include "../lanes_avx512.hpp"
#include "../lookup_avx512.hpp"

#include "gemm.hpp"
#include "tile512.hpp"

namespace accord {
namespace {

constexpr size_t tile_rows = 12, tile_columns = 32, narrowest = 8;

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

template <int ROWS, int COLUMNS, bool SIGNED>
void tile(const Job &job) {
  Nothing nothing;
  sum_tile<ROWS, COLUMNS, SIGNED>(job, nothing);
}

template <int ROWS, bool SIGNED, Contract CONTRACT>
void tile_after(const Job &job, Pending<CONTRACT> &pending) {
  sum_tile<ROWS, tile_columns, SIGNED>(job, pending);
}

template <int COLUMNS, bool SIGNED, Contract CONTRACT>
void tile_at_once(const Job &job, const AtOnce<CONTRACT, COLUMNS> &finish) {
  sum_tile<tile_rows, COLUMNS, SIGNED>(job, finish);
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

// Tiles of fewer rows, the only ones of small products, do not finish the one before.
constexpr size_t fewest_rows = 7;

template <Contract CONTRACT>
using TileAfter = void (*)(const Job &, Pending<CONTRACT> &);

template <Contract CONTRACT, bool SIGNED>
constexpr TileAfter<CONTRACT> tiles_after[] = {tile_after<7, SIGNED, CONTRACT>,  tile_after<8, SIGNED, CONTRACT>,
                                               tile_after<9, SIGNED, CONTRACT>,  tile_after<10, SIGNED, CONTRACT>,
                                               tile_after<11, SIGNED, CONTRACT>, tile_after<12, SIGNED, CONTRACT>};

// The first tile of a panel, its sums going to the output.
Job job_of(const GemmCall &c, const Epilogue &e, const int8_t *panel, size_t n) {
  return {.rows = c.rows,
          .taps = c.shape.taps,
          .depth = c.shape.depth,
          .count = c.count,
          .weights = panel,
          .bias = e.bias + n,
          .out = c.out + n * (e.contract == contract_s32 ? sizeof(int32_t) : 1),
          .out_stride = c.out_stride,
          .whole = true};
}

// Whole tiles of a panel to bytes; returns how many rows they have.
template <Contract CONTRACT, int COLUMNS>
size_t run_at_once(const GemmCall &c, const Epilogue &e, const int8_t *panel, size_t n) {
  const auto tile = c.is_signed ? tile_at_once<COLUMNS, true, CONTRACT> : tile_at_once<COLUMNS, false, CONTRACT>;
  const AtOnce<CONTRACT, COLUMNS> finish(e, n);
  Job job = job_of(c, e, panel, n);
  size_t i = 0;
  for (; i + tile_rows <= c.count; i += tile_rows, job.rows += tile_rows) {
    tile(job, finish);
    job.out += static_cast<ptrdiff_t>(tile_rows) * c.out_stride;
  }
  return i;
}

template <Contract CONTRACT>
size_t run_at_once(const GemmCall &c, const Epilogue &e, const int8_t *panel, size_t n, size_t columns) {
  const auto run = columns == 8    ? run_at_once<CONTRACT, 8>
                   : columns == 16 ? run_at_once<CONTRACT, 16>
                   : columns == 24 ? run_at_once<CONTRACT, 24>
                                   : run_at_once<CONTRACT, 32>;
  return run(c, e, panel, n);
}

// Sums of so few products are finished at once, and those of narrow panels.
constexpr size_t few_products = 64;

bool is_at_once(const GemmCall &c, const Epilogue &e, size_t columns) {
  const bool is_float = e.contract == contract_fma || e.contract == contract_onnx;
  const bool is_shallow = columns < tile_columns || c.shape.taps * c.shape.depth <= few_products;
  return is_float && is_shallow && columns % narrowest == 0;
}

// All rows of one panel of 32 whole columns to bytes.
template <Contract CONTRACT>
void run_whole_panel(const GemmCall &c, const Epilogue &e, const int8_t *panel, size_t n) {
  const TileAfter<CONTRACT> *const after = c.is_signed ? tiles_after<CONTRACT, true> : tiles_after<CONTRACT, false>;
  alignas(64) int32_t aside[2][tile_rows * tile_columns];
  Pending<CONTRACT> pending(e, n, c.out_stride);
  Job job = job_of(c, e, panel, n);
  uint8_t *const out = job.out;
  job.out_stride = tile_columns * sizeof(int32_t);
  size_t turn = 0;
  for (size_t i = 0, rows; i < c.count; i += rows, job.rows += rows, turn ^= 1) {
    rows = even_rows(c.count - i, tile_rows);
    job.out = reinterpret_cast<uint8_t *>(aside[turn]);
    if (rows >= fewest_rows)
      after[rows - fewest_rows](job, pending);
    else
      tiles[c.is_signed][tile_columns / narrowest - 1][rows - 1](job);
    pending.finish();
    pending.start(aside[turn], rows, out + static_cast<ptrdiff_t>(i) * c.out_stride);
  }
  pending.finish();
}

// The rows of one panel from `first` on, `columns` of its columns from column `n` on. Sums that are the output go there;
// others are finished from aside.
void run_panel(const GemmCall &c, const Epilogue &e, const int8_t *panel, size_t n, size_t columns, size_t first) {
  const size_t width = panel_columns(columns), aside_width = width > lanes ? 2 * lanes : lanes;
  const bool direct = e.contract == contract_s32 && columns == width;
  const auto finish = width > lanes ? finish_tile<2> : finish_tile<1>;
  alignas(64) int32_t aside[tile_rows * tile_columns];
  Job job = job_of(c, e, panel, n);
  uint8_t *out = job.out;
  job.rows += first;
  job.whole = !direct;
  if (!direct) {
    job.out = reinterpret_cast<uint8_t *>(aside);
    job.out_stride = static_cast<ptrdiff_t>(aside_width * sizeof(int32_t));
  }
  for (size_t i = first, rows; i < c.count; i += rows, job.rows += rows) {
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
    size_t done = 0;
    if (is_at_once(c, e, columns))
      done = e.contract == contract_fma ? run_at_once<contract_fma>(c, e, panel, n, columns)
                                        : run_at_once<contract_onnx>(c, e, panel, n, columns);
    if (columns < tile_columns || done > 0 || (e.contract != contract_fma && e.contract != contract_onnx))
      run_panel(c, e, panel, n, columns, done);
    else if (e.contract == contract_fma)
      run_whole_panel<contract_fma>(c, e, panel, n);
    else
      run_whole_panel<contract_onnx>(c, e, panel, n);
    panel += panel_bytes(c.shape, panel_columns(columns));
  }
}

}  // namespace

const GemmTable gemm_avx512vnni = {{0, 128}, 8 * tile_rows, packed_bytes, pack, scratch_bytes, run};

}  // namespace accord
