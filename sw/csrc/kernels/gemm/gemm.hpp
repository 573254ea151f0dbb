// GEMM over rows of pointers: what an instruction set offers. Matrix product and convolution both come here.
#pragma once
#include "../epilogue.hpp"

namespace accord {

// `taps` pieces of `depth` bytes a row; a matrix product has one tap.
struct GemmShape {
  size_t taps, depth, columns;
};

// What is multiplied: some taps, maybe none, and of each all bytes or some, which begin and end at multiples of
// part_multiple.
struct GemmPart {
  size_t first_tap, taps, first_byte, bytes;
};

constexpr size_t part_multiple = 8;  // what kernels take of depth at a time divides it

// Rows, and where their output goes.
struct GemmRows {
  const uint8_t *const *rows;  // rows[t * count + i]: of row i, tap t of those that are multiplied
  size_t count;
  size_t band;  // rows that follow one another in the output; divides count
  uint8_t *out;
  ptrdiff_t out_stride, band_stride;  // bytes from row to row of a band, and from band to band
};

struct GemmCall : GemmRows {
  GemmShape shape;      // of the weights
  const void *weights;  // as pack() left them
  GemmPart part;
  bool is_signed;            // the rows' bytes are s8, else u8
  const Epilogue *epilogue;  // its arrays begin at column 0
  void *scratch;             // 64-byte aligned, scratch_bytes() of it
};

// How many of `count` rows come next: at most `most`, the fewest pieces, about as long as each other.
static inline size_t even_rows(size_t count, size_t most) {
  if (count > (most - 1) * (most - 1)) return most;  // what follows would, with divisions
  const size_t pieces = (count + most - 1) / most;
  return (count + pieces - 1) / pieces;
}

static inline size_t whole_rows(size_t count, size_t most) { return count < most ? count : most; }

// use(i, rows, out) for tiles of at most `most` rows of one band, NEXT(left, most) of them, from row i on, whose output
// begins at `out`.
template <size_t (*NEXT)(size_t, size_t) = even_rows, class Use>
[[gnu::always_inline]] static inline void each_tile(const GemmCall &c, size_t most, const Use &use) {
  uint8_t *out = c.out;
  for (size_t first = 0; first < c.count; first += c.band, out += c.band_stride)
    for (size_t i = 0, rows; i < c.band; i += rows) {
      rows = NEXT(c.band - i, most);
      use(first + i, rows, out + static_cast<ptrdiff_t>(i) * c.out_stride);
    }
}

struct GemmTable {
  // What the kernel adds to a u8 activation to make it s8, and to an s8 one to make it u8: -128, 128 or 0. The bias pays
  // for it.
  int32_t offset[2];
  size_t chunk;  // rows of a call are at best a multiple of this
  size_t (*packed_bytes)(const GemmShape &shape);
  // weights[(t * depth + k) * columns + n] into packed_bytes() of 64-byte aligned memory.
  void (*pack)(const GemmShape &shape, const int8_t *weights, void *packed);
  size_t (*scratch_bytes)(const GemmShape &shape, size_t rows);  // of a call of so many
  void (*run)(const GemmCall &call);
};

extern const GemmTable gemm_scalar, gemm_wasm, gemm_avx2, gemm_avxvnni, gemm_vnni256, gemm_avx512vnni, gemm_avx512vbmi,
    gemm_neon, gemm_neondot, gemm_neoni8mm;

}  // namespace accord
