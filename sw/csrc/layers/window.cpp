#include "window.hpp"

#include <limits>
#include <stdexcept>

namespace accord {
namespace {

// The taps of one output pixel.
void fill_pixel(const Window &w, const Image &image, const uint8_t *data, const size_t at[2], const uint8_t *padding,
                const uint8_t **rows) {
  for (size_t i = 0; i < w.kernel[0]; ++i) {
    // before the image it wraps to something huge, and is outside as well
    const size_t y = at[0] * w.stride[0] + i * w.dilation[0] - w.before[0];
    for (size_t j = 0; j < w.kernel[1]; ++j) {
      const size_t x = at[1] * w.stride[1] + j * w.dilation[1] - w.before[1];
      const bool inside = y < image.height && x < image.width;
      *rows++ = inside
                    ? data + static_cast<ptrdiff_t>(y) * image.stride[1] + static_cast<ptrdiff_t>(x) * image.stride[2]
                    : padding;
    }
  }
}

// A view of one byte can be longer than any memory.
size_t checked_product(size_t a, size_t b) {
  size_t product;
  if (__builtin_mul_overflow(a, b, &product) || product > std::numeric_limits<ptrdiff_t>::max() / 2)
    throw std::invalid_argument("x: the rows of a window are longer than memory");
  return product;
}

}  // namespace

size_t Window::outputs(int axis, size_t size) const {
  const size_t padded = before[axis] + size + after[axis];
  return padded < extent(axis) ? 0 : (padded - extent(axis)) / stride[axis] + 1;
}

void fill_rows(const Window &window, const Image &image, size_t first, size_t count, size_t offset,
               const uint8_t *padding, const uint8_t **rows) {
  const size_t height = window.outputs(0, image.height), width = window.outputs(1, image.width);
  size_t batch = first / (height * width);
  size_t at[2] = {first / width % height, first % width};
  for (size_t i = 0; i < count; ++i) {
    const uint8_t *data = image.data + static_cast<ptrdiff_t>(batch) * image.stride[0] + offset;
    fill_pixel(window, image, data, at, padding, rows + i * window.taps());
    if (++at[1] < width) continue;
    at[1] = 0;
    if (++at[0] < height) continue;
    at[0] = 0;
    ++batch;
  }
}

PaddedRows::PaddedRows(const Window &window, const Image &image, uint8_t padding, uint8_t flip, size_t overread)
    : window_(window),
      image_(image),
      flip_(flip),
      height_(window.outputs(0, image.height)),
      stretch_((window.before[1] + image.width + window.after[1] + window.stride[1] - 1) / window.stride[1] *
               image.channels),
      bytes_(stretch_ * window.stride[1]),
      data_(checked_product(bytes_, window.extent(0) + 1) + overread, static_cast<uint8_t>(padding ^ flip)),
      held_(window.extent(0), std::numeric_limits<size_t>::max()) {}

void PaddedRows::select(size_t row, const uint8_t **taps) {
  for (size_t i = 0; i < window_.kernel[0]; ++i) {
    // before the image it wraps to something huge, and is outside as well
    const size_t y = row % height_ * window_.stride[0] + i * window_.dilation[0] - window_.before[0];
    const uint8_t *from = y < image_.height ? row_of(row / height_, y) : data_.data();
    for (size_t j = 0; j < window_.kernel[1]; ++j) {
      const size_t x = j * window_.dilation[1];
      *taps++ = from + x % window_.stride[1] * stretch_ + x / window_.stride[1] * image_.channels;
    }
  }
}

// Rows that one window needs together are fewer apart than it is high, so none takes another's place.
const uint8_t *PaddedRows::row_of(size_t batch, size_t y) {
  const size_t slot = y % held_.size(), row = batch * image_.height + y;
  uint8_t *to = data_.data() + bytes_ * (slot + 1);
  if (held_[slot] != row)
    copy(image_.data + static_cast<ptrdiff_t>(batch) * image_.stride[0] + static_cast<ptrdiff_t>(y) * image_.stride[1],
         to);
  held_[slot] = row;
  return to;
}

void PaddedRows::copy(const uint8_t *from, uint8_t *to) const {
  const bool dense = window_.stride[1] == 1 && image_.stride[2] == static_cast<ptrdiff_t>(image_.channels);
  const size_t run = dense ? image_.width * image_.channels : image_.channels;
  const size_t runs = dense ? 1 : image_.width;
  for (size_t i = 0; i < runs; ++i, from += image_.stride[2]) {
    const size_t x = window_.before[1] + i;
    uint8_t *out = to + x % window_.stride[1] * stretch_ + x / window_.stride[1] * image_.channels;
    for (size_t c = 0; c < run; ++c) out[c] = from[c] ^ flip_;
  }
}

}  // namespace accord
