// GEMM over rows of pointers: what an instruction set offers. Matrix product and convolution both come here.
#pragma once
#include "../epilogue.hpp"

namespace accord {

// `taps` pieces of `depth` bytes a row; a matrix product has one tap.
struct GemmShape {
  size_t taps, depth, columns;
};

struct GemmCall {
  GemmShape shape;             // of the weights
  const void *weights;         // as pack() left them
  size_t first_tap, taps;      // those that are multiplied, maybe none
  const uint8_t *const *rows;  // rows[t * count + i]: the bytes of tap first_tap + t of row i
  size_t count;                // rows
  bool is_signed;              // the bytes are s8, else u8
  const Epilogue *epilogue;    // its arrays begin at column 0
  uint8_t *out;
  ptrdiff_t out_stride;  // bytes from row to row
  void *scratch;         // 64-byte aligned, scratch_bytes() of it
};

// How many of `count` rows come next: at most `most`, the fewest pieces, about as long as each other.
static inline size_t even_rows(size_t count, size_t most) {
  const size_t pieces = (count + most - 1) / most;
  return (count + pieces - 1) / pieces;
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
