// A window sliding over NHWC images: which bytes each tap of each output pixel is.
#pragma once
#include <cstddef>
#include <cstdint>
#include <vector>

namespace accord {

struct Window {
  size_t kernel[2], stride[2], dilation[2];  // height, width
  size_t before[2], after[2];                // padding

  size_t taps() const { return kernel[0] * kernel[1]; }
  // Rows or columns from the first tap to the last.
  size_t extent(int axis) const { return dilation[axis] * (kernel[axis] - 1) + 1; }
  // Output rows or columns of as many of the input; 0 where the padded input is smaller than the window.
  size_t outputs(int axis, size_t size) const;
};

struct Image {
  const uint8_t *data;
  size_t batch, height, width, channels;
  ptrdiff_t stride[3];  // bytes from image to image, row to row, pixel to pixel
};

// Fills rows[i * taps + t] for `count` output pixels from `first` on, counted over batch, rows, columns. A tap outside the
// image is `padding`, the others point `offset` bytes into their pixel.
void fill_rows(const Window &window, const Image &image, size_t first, size_t count, size_t offset,
               const uint8_t *padding, const uint8_t **rows);

// The rows of images that a window stands on, padded, each column of a stride in a stretch of its own: the pixels that
// one tap takes along an output row lie side by side. Bytes may be read up to `overread` behind the last of them.
class PaddedRows {
 public:
  // `flip` is applied to every byte, the padding included.
  PaddedRows(const Window &window, const Image &image, uint8_t padding, uint8_t flip, size_t overread);
  // Fills taps[t] for output row `row`, counted over batch and rows: where tap t of its first pixel lies.
  void select(size_t row, const uint8_t **taps);

 private:
  const uint8_t *row_of(size_t batch, size_t y);
  void copy(const uint8_t *from, uint8_t *to) const;

  Window window_;
  Image image_;
  uint8_t flip_;
  size_t height_, stretch_, bytes_;  // output rows; bytes of a stretch, of a row
  std::vector<uint8_t> data_;        // a row of padding, then as many rows as the window is high
  std::vector<size_t> held_;         // which row of the batch is in each of those
};

}  // namespace accord
