// A window sliding over NHWC images: which bytes each tap of each output pixel is.
#pragma once
#include <cstddef>
#include <cstdint>

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

// Output pixels, counted over batch, rows, columns, and which part of the kernel they need: bands of `band` pixels, `step`
// from one to the next, `band_step` from band to band.
struct Pixels {
  size_t first, count;
  size_t band, step, band_step;                   // band divides count
  size_t first_row, rows, first_column, columns;  // of the kernel

  size_t at(size_t i) const { return first + i / band * band_step + i % band * step; }
};

// The pixels from `first` on, `last` not reached, whose rows lie on the same kernel rows inside the image, which are those
// they need.
Pixels pixels_alike(const Window &window, const Image &image, size_t first, size_t last);

// Of whole rows, the pixels from a column on that lie on the same kernel columns inside the image.
Pixels columns_alike(const Window &window, const Image &image, const Pixels &rows, size_t column);

// Fills rows[t * count + i], t counting the taps of the needed kernel rows, all their columns. A tap outside the image is
// `padding`, the others point `offset` bytes into their pixel.
void fill_rows(const Window &window, const Image &image, const Pixels &pixels, size_t offset, const uint8_t *padding,
               const uint8_t **rows);

// The same with a kernel row as one tap, dilation[1] being 1: rows[y * count + i] points to `piece_bytes` that can be read,
// the pixels of the needed columns and whatever follows them. Where the image has no such bytes, they are put together in
// `aside`, which holds kernel[0] * count pieces.
void fill_pieces(const Window &window, const Image &image, const Pixels &pixels, uint8_t padding, size_t piece_bytes,
                 uint8_t *aside, const uint8_t **rows);

}  // namespace accord
