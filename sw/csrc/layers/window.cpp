#include "window.hpp"

#include <algorithm>

namespace accord {
namespace {

// Output pixels that follow one another in a row.
struct Run {
  size_t batch, row, column, count;
};

// use(run, i) for the runs that `count` output pixels from `first` on are; i counts pixels.
template <class Use>
void each_run(size_t height, size_t width, size_t first, size_t count, const Use &use) {
  Run run = {first / (height * width), first / width % height, first % width, 0};
  for (size_t i = 0; i < count; i += run.count, run.column = 0) {
    run.count = std::min(count - i, width - run.column);
    use(run, i);
    if (++run.row < height) continue;
    run.row = 0;
    ++run.batch;
  }
}

// The first of `count` positions first, first + step, ... that is not below `bound`; all of them are, where it is count.
size_t position(ptrdiff_t first, ptrdiff_t step, ptrdiff_t bound, size_t count) {
  if (first >= bound) return 0;
  return std::min(count, static_cast<size_t>((bound - first + step - 1) / step));
}

// The row of the image that a kernel row falls on, null where that is outside.
const uint8_t *image_row(const Window &w, const Image &image, const Run &run, size_t tap) {
  // before the image it wraps to something huge, and is outside as well
  const size_t y = run.row * w.stride[0] + tap * w.dilation[0] - w.before[0];
  if (y >= image.height) return nullptr;
  return image.data + static_cast<ptrdiff_t>(run.batch) * image.stride[0] + static_cast<ptrdiff_t>(y) * image.stride[1];
}

// The column of the image, or beside it, that a tap of a run's first pixel falls on.
ptrdiff_t column_of(const Window &w, const Run &run, size_t tap) {
  return static_cast<ptrdiff_t>(run.column * w.stride[1] + tap * w.dilation[1]) - static_cast<ptrdiff_t>(w.before[1]);
}

// One behind the last byte that can be read: the end of the last pixel in memory.
const uint8_t *end_of(const Image &image) {
  const uint8_t *end = image.data + image.channels;
  const size_t sizes[3] = {image.batch, image.height, image.width};
  for (int axis = 0; axis < 3; ++axis)
    end += std::max<ptrdiff_t>(0, static_cast<ptrdiff_t>(sizes[axis] - 1) * image.stride[axis]);
  return end;
}

// A kernel row whose first tap falls on `column`, pixel by pixel.
void copy_piece(const Window &w, const Image &image, const uint8_t *row, ptrdiff_t column, uint8_t padding,
                uint8_t *to) {
  for (size_t x = 0; x < w.kernel[1]; ++x, ++column, to += image.channels)
    if (row && column >= 0 && column < static_cast<ptrdiff_t>(image.width))
      std::copy_n(row + column * image.stride[2], image.channels, to);
    else
      std::fill_n(to, image.channels, padding);
}

}  // namespace

size_t Window::outputs(int axis, size_t size) const {
  const size_t padded = before[axis] + size + after[axis];
  return padded < extent(axis) ? 0 : (padded - extent(axis)) / stride[axis] + 1;
}

void fill_rows(const Window &window, const Image &image, size_t first, size_t count, size_t offset,
               const uint8_t *padding, const uint8_t **rows) {
  const ptrdiff_t stride = static_cast<ptrdiff_t>(window.stride[1]), width = static_cast<ptrdiff_t>(image.width);
  each_run(window.outputs(0, image.height), window.outputs(1, image.width), first, count,
           [&](const Run &run, size_t i) {
             const uint8_t **to = rows + i;
             for (size_t y = 0; y < window.kernel[0]; ++y) {
               const uint8_t *row = image_row(window, image, run, y);
               for (size_t x = 0; x < window.kernel[1]; ++x, to += count) {
                 const ptrdiff_t column = column_of(window, run, x);
                 const size_t from = row ? position(column, stride, 0, run.count) : run.count;
                 const size_t until = std::max(from, row ? position(column, stride, width, run.count) : run.count);
                 std::fill(to, to + from, padding);
                 for (size_t k = from; k < until; ++k)
                   to[k] = row + (column + static_cast<ptrdiff_t>(k) * stride) * image.stride[2] + offset;
                 std::fill(to + until, to + run.count, padding);
               }
             }
           });
}

void fill_pieces(const Window &window, const Image &image, size_t first, size_t count, uint8_t padding,
                 size_t piece_bytes, uint8_t *aside, const uint8_t **rows) {
  const ptrdiff_t stride = static_cast<ptrdiff_t>(window.stride[1]), pixel = image.stride[2];
  // the last column where a kernel row is inside
  const ptrdiff_t last = static_cast<ptrdiff_t>(image.width) - static_cast<ptrdiff_t>(window.kernel[1]);
  const bool is_dense = pixel == static_cast<ptrdiff_t>(image.channels);
  const uint8_t *const end = end_of(image);
  each_run(window.outputs(0, image.height), window.outputs(1, image.width), first, count,
           [&](const Run &run, size_t i) {
             const uint8_t **to = rows + i;
             const ptrdiff_t column = column_of(window, run, 0);
             for (size_t y = 0; y < window.kernel[0]; ++y, to += count) {
               const uint8_t *row = image_row(window, image, run, y);
               const auto at = [&](size_t k) { return column + static_cast<ptrdiff_t>(k) * stride; };
               const auto put_together = [&](size_t k) {
                 copy_piece(window, image, row, at(k), padding, aside);
                 to[k] = aside;
                 aside += piece_bytes;
               };
               size_t k = 0, until = row && is_dense ? position(column, stride, last + 1, run.count) : 0;
               const size_t from = std::min(until, position(column, stride, 0, run.count));
               while (until > from && piece_bytes > static_cast<size_t>(end - (row + at(until - 1) * pixel))) --until;
               for (; k < from; ++k) put_together(k);
               const uint8_t *piece = from < until ? row + at(from) * pixel : nullptr;
               for (; k < until; ++k, piece += stride * pixel) to[k] = piece;
               for (; k < run.count; ++k) put_together(k);
             }
           });
}

}  // namespace accord
