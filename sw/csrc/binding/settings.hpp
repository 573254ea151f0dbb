// The parts of the module, and what they share.
#pragma once
#include "../layers/matmul.hpp"
#include "../layers/window.hpp"
#include "arrays.hpp"

namespace accord {

void bind_settings(nb::module_ &m);
void bind_layers(nb::module_ &m);
void bind_pointwise(nb::module_ &m);
void bind_pool(nb::module_ &m);

inline Type byte_type(bool is_signed) { return is_signed ? type_s8 : type_u8; }

inline Type output_type(const OutputSettings &output) {
  return output.contract == contract_s32 ? type_s32 : byte_type(!output.gives_unsigned());
}

// ValueError where the output's arrays are for another number of channels.
inline void expect_channels(const OutputSettings &output, size_t channels) {
  const size_t entries = output.entries();
  if (output.contract != contract_s32 && entries != 1 && entries != channels)
    value_error("output: multiplier has " + std::to_string(entries) + " entries for " + std::to_string(channels) +
                " channels");
}

// An NHWC array. ValueError for another number of axes, or channels that are not contiguous.
Image image_of(const Array &x);

// What a window makes of an NHWC array. ValueError where the padded image is smaller than the window.
std::vector<size_t> output_shape(const Array &x, const Window &window, size_t channels);

// The same for pooling, whose image must not be empty.
std::vector<size_t> pool_shape(const Array &x, const Window &window);

}  // namespace accord
