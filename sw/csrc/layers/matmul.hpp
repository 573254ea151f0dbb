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
  // What one thread keeps from call to call.
  struct Workspace {
    Buffer scratch;
    std::vector<int32_t> bias;
  };
  // weights[(t * depth + k) * columns + n], bias[n]; `first` is the group's first channel in `output`. A tap has `parts`
  // parts, each as long.
  Gemm(const GemmTable &table, GemmShape shape, size_t parts, const int8_t *weights, const int32_t *bias,
       InputSettings input, const OutputSettings &output, size_t first);
  size_t columns() const { return shape_.columns; }
  size_t grain() const { return table_.chunk; }  // rows that threads are given together
  size_t chunk() const;                          // the most rows of one call: weights are read once for all of them
  Workspace workspace(size_t rows) const { return {Buffer(table_.scratch_bytes(shape_, rows)), {}}; }
  // Some parts of some taps, as if the others were zero points.
  void run(const GemmRows &rows, size_t first_tap, size_t taps, size_t first_part, size_t parts,
           Workspace &workspace) const;

 private:
  // With what zero points cost at those parts of those taps alone.
  std::vector<int32_t> bias_of(size_t first_tap, size_t taps, size_t first_part, size_t parts) const;

  const GemmTable &table_;
  GemmShape shape_;
  size_t parts_;
  bool is_signed_;
  Buffer packed_;
  std::vector<int32_t> bias_;  // [p][n]: what zero points cost at the first p parts of all taps included
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
