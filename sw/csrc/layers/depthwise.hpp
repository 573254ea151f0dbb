// Depthwise convolution: every channel with its own weights.
#pragma once
#include <vector>

#include "matmul.hpp"
#include "window.hpp"

namespace accord {

class Depthwise {
 public:
  // weights[t * channels + c]: HWC; bias[c].
  Depthwise(const Choice<DepthwiseTable> &choice, const Window &window, size_t channels, const int8_t *weights,
            const int32_t *bias, InputSettings input, const OutputSettings &output, size_t threads);
  const char *isa() const { return isa_; }
  const Window &window() const { return window_; }
  void run(const Image &image, uint8_t *out, ptrdiff_t out_stride) const;

 private:
  const char *isa_;
  void run_rows(const Image &image, size_t first, size_t last, uint8_t *out, ptrdiff_t out_stride) const;

  const DepthwiseTable &table_;
  Window window_;
  size_t channels_, together_;  // pixels that the kernel sees as one, to fill its vectors
  DepthwiseShape shape_;        // of such a pixel
  bool is_signed_;
  uint8_t padding_, flip_;
  size_t item_bytes_, threads_;
  Buffer packed_;
  ChannelData finish_;
};

}  // namespace accord
