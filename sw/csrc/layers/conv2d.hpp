// Convolution as a matrix product whose rows are pointers to the taps of a window.
#pragma once
#include <vector>

#include "matmul.hpp"
#include "window.hpp"

namespace accord {

class Conv2d {
 public:
  // weights[((o * KH + i) * KW + j) * depth + k]: OHWI, depth = channels / groups; bias[o].
  Conv2d(const Choice<GemmTable> &choice, const Window &window, size_t groups, size_t depth, size_t columns,
         const int8_t *weights, const int32_t *bias, InputSettings input, const OutputSettings &output, size_t threads);
  Conv2d(Conv2d &&) = default;
  const char *isa() const { return isa_; }
  const Window &window() const { return window_; }
  // The output is (batch, height, width, columns), dense but for the stride from pixel to pixel.
  void run(const Image &image, uint8_t *out, ptrdiff_t out_stride) const;

 private:
  struct Workspace;
  bool are_sides_apart(const Image &image, const Pixels &pixels) const;
  void run_alike(const Image &image, const Pixels &pixels, Workspace &workspace, uint8_t *out,
                 ptrdiff_t out_stride) const;
  void run_chunk(const Image &image, const Pixels &pixels, Workspace &workspace, uint8_t *out,
                 ptrdiff_t out_stride) const;

  const char *isa_;
  Window window_;
  size_t piece_bytes_;                             // of a kernel row that is one tap, else 0
  bool has_parts_;                                 // a tap's pixels
  size_t depth_, columns_, item_bytes_, threads_;  // columns of one group
  std::vector<Gemm> groups_;
  std::vector<uint8_t> padding_;
};

}  // namespace accord
