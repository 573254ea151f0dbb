// Depthwise convolution: channel c of the output sums channel c of every tap. What an instruction set offers.
//
// Rows are taken in groups of `group`: the bytes that a group has at one pixel and channel lie together, so that one
// instruction multiplies and sums them, and a group of neighbouring rows serves several output rows, each with its own
// weights. Channels are taken in units of `lanes`; a unit of a pixel of a group is a vector.
#pragma once
#include "../epilogue.hpp"

namespace accord {

struct DepthwiseShape {
  size_t kernel[2];  // height, width
  size_t step;       // rows of the image from an output row to the next; 0 where taps are not neighbouring rows
  size_t channels;
};

constexpr size_t most_rows = 4;  // of a group

// Rows of one group, each at the first pixel.
struct DepthwiseRows {
  const uint8_t *row[most_rows];
  ptrdiff_t stride[most_rows];  // bytes from pixel to pixel
  size_t pixels, channels;
  bool is_signed;
};

struct DepthwiseCall {
  const void *weights;     // of the first unit, of one of the output rows that share groups
  size_t weights_step;     // bytes from unit to unit
  const uint8_t *grouped;  // what gather() left: the first unit of the first output's first tap
  const size_t *taps;      // bytes from there to each group and column of the kernel, in the order of pack()
  size_t tap_count;
  size_t neighbours;  // columns of the kernel where they are `pixel_step` apart, else 0
  size_t pixel_step;  // bytes of `grouped` from output to output
  size_t count;       // outputs
  size_t channel, channels;
  const Epilogue *epilogue;
  uint8_t *out;
  ptrdiff_t out_stride;  // bytes from output to output
};

struct DepthwiseTable {
  int32_t offset[2];  // what gather() adds to a u8 and to an s8 activation; the bias pays for it
  size_t lanes, group;
  size_t unit_bytes;  // of a pixel's unit, and of the weights it is multiplied with
  // weights[(y * width + x) * channels + c] into 64-byte aligned memory, by unit, output row of those that share groups,
  // group, column of the kernel.
  void (*pack)(const DepthwiseShape &shape, const int8_t *weights, void *packed);
  // Units side by side, pixels `pixel_step` bytes apart.
  void (*gather)(const DepthwiseRows &rows, uint8_t *grouped, size_t pixel_step);
  void (*run)(const DepthwiseCall &call);
};

static inline size_t depthwise_units(const DepthwiseTable &t, size_t channels) {
  return (channels + t.lanes - 1) / t.lanes;
}
static inline size_t depthwise_groups(const DepthwiseTable &t, const DepthwiseShape &s) {
  return (s.kernel[0] + t.group - 1) / t.group;
}
// Output rows that share the same groups.
static inline size_t depthwise_together(const DepthwiseTable &t, const DepthwiseShape &s) {
  return s.step == 0 ? 1 : (depthwise_groups(t, s) * t.group - s.kernel[0]) / s.step + 1;
}
// Bytes of a unit's weights for one output row.
static inline size_t depthwise_row_bytes(const DepthwiseTable &t, const DepthwiseShape &s) {
  return depthwise_groups(t, s) * s.kernel[1] * t.unit_bytes;
}

// Calls put(weight) for all weights in the order of pack(), zeros where there are none.
template <class Put>
static inline void each_weight(const DepthwiseTable &t, const DepthwiseShape &s, const int8_t *weights,
                               const Put &put) {
  for (size_t first = 0; first < s.channels; first += t.lanes)
    for (size_t row = 0; row < depthwise_together(t, s); ++row)
      for (size_t g = 0; g < depthwise_groups(t, s); ++g)
        for (size_t x = 0; x < s.kernel[1]; ++x)
          for (size_t c = first; c < first + t.lanes; ++c)
            for (size_t i = 0; i < t.group; ++i) {
              const size_t y = g * t.group + i - row * s.step;  // before the kernel it wraps to something huge
              put(y < s.kernel[0] && c < s.channels ? weights[(y * s.kernel[1] + x) * s.channels + c] : int8_t{0});
            }
}

extern const DepthwiseTable depthwise_scalar, depthwise_wasm, depthwise_avx2, depthwise_avxvnni, depthwise_vnni256,
    depthwise_avx512vnni, depthwise_avx512vbmi, depthwise_neon, depthwise_neondot;

}  // namespace accord
