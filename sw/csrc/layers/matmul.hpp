// A matrix product with packed weights, its zero point folded into the bias, its output finished in the kernel.
#pragma once
#include "../registry/registry.hpp"
#include "buffer.hpp"
#include "settings.hpp"

namespace accord {

// What a layer's activations are.
struct InputSettings {
  bool is_signed;
  int32_t zero;  // of the activations' own type
};

// Packed weights and finished sums of one group of columns: what Matmul and Conv2d run.
class Gemm {
 public:
  // weights[(t * depth + k) * columns + n], bias[n]; `first` is the group's first channel in `output`.
  Gemm(const GemmTable &table, GemmShape shape, const int8_t *weights, const int32_t *bias, InputSettings input,
       const OutputSettings &output, size_t first);
  size_t columns() const { return shape_.columns; }
  size_t grain() const { return table_.chunk; }  // rows that threads are given together
  size_t chunk() const;  // the most rows of one call: where they are short, as many as the first cache has room for
  size_t scratch_bytes(size_t rows) const { return table_.scratch_bytes(shape_, rows); }
  void run(const uint8_t *const *rows, size_t count, uint8_t *out, ptrdiff_t out_stride, void *scratch) const;

 private:
  const GemmTable &table_;
  GemmShape shape_;
  bool is_signed_;
  Buffer packed_;
  ChannelData channels_;
};

class Matmul {
 public:
  // weights[k * columns + n].
  Matmul(const Choice<GemmTable> &choice, size_t depth, size_t columns, const int8_t *weights, const int32_t *bias,
         InputSettings input, const OutputSettings &output, size_t threads);
  const char *isa() const { return isa_; }
  // x: `count` rows of `depth` bytes, `stride` bytes apart.
  void run(const uint8_t *x, ptrdiff_t stride, size_t count, uint8_t *out, ptrdiff_t out_stride) const;

 private:
  const char *isa_;
  Gemm gemm_;
  size_t threads_;
};

}  // namespace accord
