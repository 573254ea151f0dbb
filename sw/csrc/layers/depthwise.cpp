#include "depthwise.hpp"

#include <algorithm>

#include "float_state.hpp"
#include "threads.hpp"

namespace accord {
namespace {

// How many pixels fill the kernel's vectors, or all but a sixteenth of them.
size_t pixels_together(size_t channels, size_t block) {
  for (size_t pixels = 1; pixels < block; ++pixels) {
    const size_t items = pixels * channels, over = items % block;
    if (over == 0 || (block - over) * 16 <= items) return pixels;
  }
  return block;
}

// Rows of `size` entries, each repeated `times` times.
template <class T>
std::vector<T> repeat(const T *values, size_t rows, size_t size, size_t times) {
  std::vector<T> result;
  result.reserve(rows * size * times);
  for (size_t i = 0; i < rows; ++i, values += size)
    for (size_t j = 0; j < times; ++j) result.insert(result.end(), values, values + size);
  return result;
}

// A single entry serves all channels already.
template <class T>
std::vector<T> repeat(const std::vector<T> &values, size_t times) {
  return values.size() > 1 ? repeat(values.data(), 1, values.size(), times) : values;
}

OutputSettings repeat(OutputSettings output, size_t times) {
  output.multiplier = repeat(output.multiplier, times);
  output.fraction = repeat(output.fraction, times);
  output.shift = repeat(output.shift, times);
  return output;
}

}  // namespace

Depthwise::Depthwise(const Choice<DepthwiseTable> &choice, const Window &window, size_t channels, const int8_t *weights,
                     const int32_t *bias, InputSettings input, const OutputSettings &output, size_t threads)
    : isa_(choice.isa->name),
      table_(*choice.table),
      window_(window),
      channels_(channels),
      together_(pixels_together(channels, choice.table->block)),
      shape_{.taps = window.taps(), .channels = channels * together_},
      is_signed_(input.is_signed),
      padding_(static_cast<uint8_t>(input.zero)),
      flip_(input.is_signed ? static_cast<uint8_t>(choice.table->signed_offset) : uint8_t{0}),
      item_bytes_(output.item_bytes()),
      threads_(threads),
      packed_(choice.table->packed_bytes(shape_)),
      finish_(repeat(output, together_), 0, shape_.channels,
              repeat(corrected_bias(bias, input.zero + flip_, weights, shape_.taps, channels).data(), 1, channels,
                     together_)) {
  table_.pack(shape_, repeat(weights, shape_.taps, channels, together_).data(), packed_.data());
}

void Depthwise::run(const Image &image, uint8_t *out, ptrdiff_t out_stride) const {
  const size_t rows = image.batch * window_.outputs(0, image.height);
  if (rows * window_.outputs(1, image.width) * channels_ == 0) return;
  const size_t grain = 1;
  parallel(rows, grain, threads_, [&](size_t first, size_t last) { run_rows(image, first, last, out, out_stride); });
}

// Output rows from `first` to `last`, counted over batch and rows.
void Depthwise::run_rows(const Image &image, size_t first, size_t last, uint8_t *out, ptrdiff_t out_stride) const {
  const FloatState state;
  const Epilogue epilogue = finish_.epilogue();
  const size_t width = window_.outputs(1, image.width), pixel = channels_ * item_bytes_;
  const bool dense = out_stride == static_cast<ptrdiff_t>(pixel);
  std::vector<uint8_t> aside(dense ? 0 : width * pixel);
  std::vector<const uint8_t *> taps(shape_.taps);
  PaddedRows rows(window_, image, padding_, flip_, depthwise_overread);
  for (size_t row = first; row < last; ++row) {
    uint8_t *to = out + static_cast<ptrdiff_t>(row * width) * out_stride;
    rows.select(row, taps.data());
    table_.run({.shape = shape_,
                .weights = packed_.data(),
                .taps = taps.data(),
                .count = width * channels_,
                .is_signed = is_signed_,
                .epilogue = &epilogue,
                .out = dense ? to : aside.data()});
    if (dense) continue;
    for (size_t x = 0; x < width; ++x, to += out_stride) std::copy_n(aside.data() + x * pixel, pixel, to);
  }
}

}  // namespace accord
