#include "depthwise.hpp"

#include <algorithm>
#include <initializer_list>
#include <new>
#include <stdexcept>
#include <vector>

#include "float_state.hpp"
#include "threads.hpp"

namespace accord {
namespace {

constexpr size_t first_cache = 24576;  // bytes of grouped rows at a time
constexpr const char *too_long = "x: the rows of a window are longer than memory";

// A view of one byte can be longer than any memory.
size_t checked_product(std::initializer_list<size_t> sizes) {
  size_t product = 1;
  for (size_t size : sizes)
    if (__builtin_mul_overflow(product, size, &product)) throw std::invalid_argument(too_long);
  return product;
}

Buffer checked_buffer(size_t bytes) {
  try {
    return Buffer(bytes);
  } catch (const std::bad_alloc &) {
    throw std::invalid_argument(too_long);
  }
}

// Groups lie in a ring: output rows that are a whole number of groups further down find those they share in their places.
size_t groups_apart(const DepthwiseTable &table, const DepthwiseShape &s) {
  const size_t rows = depthwise_together(table, s) * s.step, groups = depthwise_groups(table, s);
  return s.step == 0 || rows % table.group ? groups : std::min(rows / table.group, groups);
}

}  // namespace

Depthwise::Depthwise(const Choice<DepthwiseTable> &choice, const Window &window, size_t channels, const int8_t *weights,
                     const int32_t *bias, InputSettings input, const OutputSettings &output, size_t threads)
    : isa_(choice.isa->name),
      table_(*choice.table),
      window_(window),
      shape_{.kernel = {window.kernel[0], window.kernel[1]},
             .step = window.dilation[0] == 1 ? window.stride[0] : 0,
             .channels = channels},
      is_signed_(input.is_signed),
      padding_(static_cast<uint8_t>(input.zero)),
      item_bytes_(output.item_bytes()),
      threads_(threads),
      packed_(depthwise_units(table_, channels) * depthwise_together(table_, shape_) *
              depthwise_row_bytes(table_, shape_)),
      finish_(output, 0, channels,
              corrected_bias(bias, input.zero + table_.offset[input.is_signed], weights, window.taps(), channels)) {
  table_.pack(shape_, weights, packed_.data());
}

// What one thread keeps while it goes over its rows.
class Depthwise::Worker {
 public:
  Worker(const Depthwise &layer, const Image &image);
  // `count` output rows, from `row` of image `batch` on.
  void run(size_t batch, size_t row, size_t count, uint8_t *out, ptrdiff_t out_stride);

 private:
  DepthwiseRows rows_of(size_t batch, size_t row, size_t group, size_t channel, size_t channels) const;
  // To `place`, from padded column `column` on.
  void gather(const DepthwiseRows &rows, size_t place, size_t column);

  const Depthwise &layer_;
  const DepthwiseTable &table_;
  const Window &window_;
  const Image &image_;
  Epilogue epilogue_;
  size_t groups_, together_;
  size_t fresh_;                        // groups that the next output rows do not share with those before them
  size_t width_, units_, pixel_bytes_;  // padded pixels of a row; units at a time, their bytes a pixel
  std::vector<uint8_t> padding_;        // a pixel of it
  std::vector<size_t> taps_;            // of all groups, once for each place that the first one can have
  Buffer grouped_;
};

Depthwise::Worker::Worker(const Depthwise &layer, const Image &image)
    : layer_(layer),
      table_(layer.table_),
      window_(layer.window_),
      image_(image),
      epilogue_(layer.finish_.epilogue()),
      groups_(depthwise_groups(table_, layer.shape_)),
      together_(depthwise_together(table_, layer.shape_)),
      fresh_(groups_apart(table_, layer.shape_)),
      width_(window_.before[1] + image.width + window_.after[1]),
      units_(std::clamp<size_t>(first_cache / checked_product({groups_, width_, table_.unit_bytes}), 1,
                                depthwise_units(table_, image.channels))),
      pixel_bytes_(units_ * table_.unit_bytes),
      padding_(image.channels, layer.padding_),
      grouped_(checked_buffer(checked_product({groups_, width_, pixel_bytes_}))) {
  DepthwiseRows sides = {};
  sides.channels = std::min(units_ * table_.lanes, image.channels);
  sides.is_signed = layer.is_signed_;
  std::fill_n(sides.row, most_rows, padding_.data());
  for (size_t g = 0; g < groups_; ++g) {
    sides.pixels = window_.before[1];
    gather(sides, g, 0);
    sides.pixels = window_.after[1];
    gather(sides, g, window_.before[1] + image.width);
  }
  for (size_t first = 0; first < groups_; ++first)
    for (size_t g = 0; g < groups_; ++g)
      for (size_t x = 0; x < window_.kernel[1]; ++x)
        taps_.push_back(((first + g) % groups_ * width_ + x * window_.dilation[1]) * pixel_bytes_);
}

void Depthwise::Worker::gather(const DepthwiseRows &rows, size_t place, size_t column) {
  uint8_t *to = static_cast<uint8_t *>(grouped_.data()) + (place * width_ + column) * pixel_bytes_;
  table_.gather(rows, to, pixel_bytes_);
}

// Rows of a group at some channels; a row outside the image is padding, pixel for pixel.
DepthwiseRows Depthwise::Worker::rows_of(size_t batch, size_t row, size_t group, size_t channel,
                                         size_t channels) const {
  DepthwiseRows rows = {};
  rows.pixels = image_.width;
  rows.channels = channels;
  rows.is_signed = layer_.is_signed_;
  for (size_t i = 0; i < table_.group; ++i) {
    // before the image it wraps to something huge, and is outside as well
    const size_t y = row * window_.stride[0] + (group * table_.group + i) * window_.dilation[0] - window_.before[0];
    const bool inside = y < image_.height;
    const uint8_t *first = inside ? image_.data + static_cast<ptrdiff_t>(batch) * image_.stride[0] +
                                        static_cast<ptrdiff_t>(y) * image_.stride[1]
                                  : padding_.data();
    rows.stride[i] = inside ? image_.stride[2] : 0;
    rows.row[i] = first + channel;
  }
  return rows;
}

void Depthwise::Worker::run(size_t batch, size_t row, size_t count, uint8_t *out, ptrdiff_t out_stride) {
  const DepthwiseShape &s = layer_.shape_;
  const size_t outputs = window_.outputs(1, image_.width), row_bytes = depthwise_row_bytes(table_, s);
  const size_t unit_bytes = together_ * row_bytes, most = units_ * table_.lanes, taps = groups_ * s.kernel[1];
  const uint8_t *weights = static_cast<const uint8_t *>(layer_.packed_.data());
  for (size_t channel = 0; channel < s.channels; channel += most, weights += units_ * unit_bytes) {
    const size_t channels = std::min(most, s.channels - channel);
    for (size_t i = 0, first = 0, kept = 0; i < count; ++i) {
      if (i % together_ == 0) {
        first = i / together_ * fresh_ % groups_;
        for (size_t g = kept; g < groups_; ++g)
          gather(rows_of(batch, row + i, g, channel, channels), (first + g) % groups_, window_.before[1]);
        kept = groups_ - fresh_;
      }
      table_.run({.weights = weights + i % together_ * row_bytes,
                  .weights_step = unit_bytes,
                  .grouped = static_cast<const uint8_t *>(grouped_.data()),
                  .taps = taps_.data() + first * taps,
                  .tap_count = taps,
                  .neighbours = window_.stride[1] == window_.dilation[1] ? s.kernel[1] : 0,
                  .pixel_step = window_.stride[1] * pixel_bytes_,
                  .count = outputs,
                  .channel = channel,
                  .channels = channels,
                  .epilogue = &epilogue_,
                  .out = out + static_cast<ptrdiff_t>(i * outputs) * out_stride + channel * layer_.item_bytes_,
                  .out_stride = out_stride});
    }
  }
}

void Depthwise::run(const Image &image, uint8_t *out, ptrdiff_t out_stride) const {
  const size_t height = window_.outputs(0, image.height), width = window_.outputs(1, image.width);
  if (image.batch * height * width * shape_.channels == 0) return;
  parallel(image.batch * height, depthwise_together(table_, shape_), threads_, [&](size_t first, size_t last) {
    const FloatState state;
    Worker worker(*this, image);
    for (size_t row = first, count; row < last; row += count) {
      count = std::min(last - row, height - row % height);
      worker.run(row / height, row % height, count, out + static_cast<ptrdiff_t>(row * width) * out_stride, out_stride);
    }
  });
}

}  // namespace accord
