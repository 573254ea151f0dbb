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
  const DepthwiseTable &table_;
  Window window_;
  DepthwiseShape shape_;
  bool is_signed_;
  size_t threads_;
  Buffer packed_;
  ChannelData channels_;
  std::vector<uint8_t> padding_;
};

}  // namespace accord
