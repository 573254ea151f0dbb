// Depthwise convolution: every channel with its own weights.
#pragma once
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
  class Worker;

  const char *isa_;
  const DepthwiseTable &table_;
  Window window_;
  DepthwiseShape shape_;
  bool is_signed_;
  uint8_t padding_;
  size_t item_bytes_, threads_;
  Buffer packed_;
  ChannelData finish_;
};

}  // namespace accord
