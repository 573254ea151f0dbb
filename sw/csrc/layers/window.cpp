#include "window.hpp"

namespace accord {
namespace {

// The taps of one output pixel, `apart` entries from one to the next.
void fill_pixel(const Window &w, const Image &image, const uint8_t *data, const size_t at[2], const uint8_t *padding,
                const uint8_t **rows, size_t apart) {
  for (size_t i = 0; i < w.kernel[0]; ++i) {
    // before the image it wraps to something huge, and is outside as well
    const size_t y = at[0] * w.stride[0] + i * w.dilation[0] - w.before[0];
    for (size_t j = 0; j < w.kernel[1]; ++j) {
      const size_t x = at[1] * w.stride[1] + j * w.dilation[1] - w.before[1];
      const bool inside = y < image.height && x < image.width;
      *rows = inside ? data + static_cast<ptrdiff_t>(y) * image.stride[1] + static_cast<ptrdiff_t>(x) * image.stride[2]
                     : padding;
      rows += apart;
    }
  }
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
    fill_pixel(window, image, data, at, padding, rows + i, count);
    if (++at[1] < width) continue;
    at[1] = 0;
    if (++at[0] < height) continue;
    at[0] = 0;
    ++batch;
  }
}

}  // namespace accord
