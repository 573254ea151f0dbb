// Max and average pooling.
#pragma once
#include <vector>

#include "../registry/registry.hpp"
#include "settings.hpp"
#include "window.hpp"

namespace accord {

// Padding is ignored. The window must reach into the image everywhere: padding smaller than the kernel, image not
// empty.
void max_pool(const PoolTable &table, const Window &window, const Image &image, bool is_signed, uint8_t *out);

// A window of n elements is its zero-point-free sum, requantized with outputs[n - 1], or with the only output where all
// windows have as many. Its elements are those inside the image, or all taps: padding adds nothing to the sum. Under
// `tflite` it is the sum of the s8 values themselves divided by n, ties away from zero, and only the bounds count.
struct AverageCall {
  bool is_signed, count_padding;
  int32_t zero;
  std::vector<OutputSettings> outputs;
};

void average_pool(const PoolTable &table, const RequantizeTable &finish, const Window &window, const Image &image,
                  const AverageCall &call, uint8_t *out);

}  // namespace accord
