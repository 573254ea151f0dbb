#include "window.hpp"

#include <algorithm>
#include <utility>

namespace accord {
namespace {

// Output pixels that follow one another in a row.
struct Run {
  size_t batch, row, column, count;
};

// use(run, i) for the runs that pixels are; i counts them.
template <class Use>
void each_run(const Window &window, const Image &image, const Pixels &pixels, const Use &use) {
  const size_t height = window.outputs(0, image.height), width = window.outputs(1, image.width);
  for (size_t i = 0, count; i < pixels.count; i += count) {
    const size_t at = pixels.at(i), column = at % width;
    count = pixels.step == 1 ? std::min(pixels.band - i % pixels.band, width - column) : 1;
    use(Run{at / width / height, at / width % height, column, count}, i);
  }
}

// The first of `count` positions first, first + step, ... that is not below `bound`; all of them are, where it is count.
size_t position(ptrdiff_t first, ptrdiff_t step, ptrdiff_t bound, size_t count) {
  if (first >= bound) return 0;
  return std::min(count, static_cast<size_t>((bound - first + step - 1) / step));
}

// The row of the image that a kernel row inside it falls on.
const uint8_t *image_row(const Window &w, const Image &image, const Run &run, size_t tap) {
  const size_t y = run.row * w.stride[0] + tap * w.dilation[0] - w.before[0];
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

// `taps` of a kernel row, the first of which falls on `column`.
void copy_piece(size_t taps, const Image &image, const uint8_t *row, ptrdiff_t column, uint8_t padding, uint8_t *to) {
  const ptrdiff_t width = static_cast<ptrdiff_t>(image.width), pixel = image.stride[2];
  const size_t from = position(column, 1, 0, taps);
  const size_t until = std::max(from, position(column, 1, width, taps));
  const bool is_dense = pixel == static_cast<ptrdiff_t>(image.channels);
  const size_t together = is_dense ? until - from : 1;
  to = std::fill_n(to, from * image.channels, padding);
  for (size_t x = from; x < until; x += together)
    to = std::copy_n(row + (column + static_cast<ptrdiff_t>(x)) * pixel, together * image.channels, to);
  std::fill_n(to, (taps - until) * image.channels, padding);
}

}  // namespace

size_t Window::outputs(int axis, size_t size) const {
  const size_t padded = before[axis] + size + after[axis];
  return padded < extent(axis) ? 0 : (padded - extent(axis)) / stride[axis] + 1;
}

// The kernel rows, or columns, that are inside the image at an output row, or column: those from .first on, before .second.
std::pair<size_t, size_t> taps_inside(const Window &w, int axis, size_t size, size_t output) {
  const ptrdiff_t first = static_cast<ptrdiff_t>(output * w.stride[axis]) - static_cast<ptrdiff_t>(w.before[axis]);
  const ptrdiff_t step = static_cast<ptrdiff_t>(w.dilation[axis]);
  const size_t from = position(first, step, 0, w.kernel[axis]);
  return {from, std::max(from, position(first, step, static_cast<ptrdiff_t>(size), w.kernel[axis]))};
}

// One behind the last of the outputs from `first` on, `most` not passed, with the same taps inside.
size_t end_of_alike(const Window &w, int axis, size_t size, size_t first, size_t most) {
  const auto inside = taps_inside(w, axis, size, first);
  size_t end = first + 1;
  while (end < most && taps_inside(w, axis, size, end) == inside) ++end;
  return end;
}

Pixels pixels_alike(const Window &window, const Image &image, size_t first, size_t last) {
  const size_t height = window.outputs(0, image.height), width = window.outputs(1, image.width);
  const size_t row = first / width % height, end = end_of_alike(window, 0, image.height, row, height);
  const size_t count = std::min((end - row) * width - first % width, last - first);
  const auto [top, bottom] = taps_inside(window, 0, image.height, row);
  return {first, count, count, 1, count, top, bottom - top, 0, window.kernel[1]};
}

Pixels columns_alike(const Window &window, const Image &image, const Pixels &rows, size_t column) {
  const size_t width = window.outputs(1, image.width), height = rows.count / width;
  const size_t columns = end_of_alike(window, 1, image.width, column, width) - column;
  const auto [left, right] = taps_inside(window, 1, image.width, column);
  const size_t count = height * columns;
  const bool is_one_band = columns == 1 || columns == width;
  return {.first = rows.first + column,
          .count = count,
          .band = is_one_band ? count : columns,
          .step = is_one_band ? width / columns : 1,
          .band_step = width,
          .first_row = rows.first_row,
          .rows = rows.rows,
          .first_column = left,
          .columns = right - left};
}

void fill_rows(const Window &window, const Image &image, const Pixels &pixels, size_t offset, const uint8_t *padding,
               const uint8_t **rows) {
  const ptrdiff_t stride = static_cast<ptrdiff_t>(window.stride[1]), width = static_cast<ptrdiff_t>(image.width);
  each_run(window, image, pixels, [&](const Run &run, size_t i) {
    const uint8_t **to = rows + i;
    for (size_t y = pixels.first_row; y < pixels.first_row + pixels.rows; ++y) {
      const uint8_t *row = image_row(window, image, run, y);
      for (size_t x = 0; x < window.kernel[1]; ++x, to += pixels.count) {
        const ptrdiff_t column = column_of(window, run, x);
        const size_t from = position(column, stride, 0, run.count);
        const size_t until = std::max(from, position(column, stride, width, run.count));
        std::fill(to, to + from, padding);
        for (size_t k = from; k < until; ++k)
          to[k] = row + (column + static_cast<ptrdiff_t>(k) * stride) * image.stride[2] + offset;
        std::fill(to + until, to + run.count, padding);
      }
    }
  });
}

void fill_pieces(const Window &window, const Image &image, const Pixels &pixels, uint8_t padding, size_t piece_bytes,
                 uint8_t *aside, const uint8_t **rows) {
  const ptrdiff_t stride = static_cast<ptrdiff_t>(window.stride[1]), pixel = image.stride[2];
  // the last column where the needed part of a kernel row is inside
  const ptrdiff_t last = static_cast<ptrdiff_t>(image.width) - static_cast<ptrdiff_t>(pixels.columns);
  const bool is_dense = pixel == static_cast<ptrdiff_t>(image.channels);
  const uint8_t *const end = end_of(image);
  each_run(window, image, pixels, [&](const Run &run, size_t i) {
    const uint8_t **to = rows + i;
    const ptrdiff_t column = column_of(window, run, pixels.first_column);
    for (size_t y = pixels.first_row; y < pixels.first_row + pixels.rows; ++y, to += pixels.count) {
      const uint8_t *row = image_row(window, image, run, y);
      const auto at = [&](size_t k) { return column + static_cast<ptrdiff_t>(k) * stride; };
      const auto put_together = [&](size_t k) {
        copy_piece(pixels.columns, image, row, at(k), padding, aside);
        to[k] = aside;
        aside += piece_bytes;
      };
      size_t k = 0, until = is_dense ? position(column, stride, last + 1, run.count) : 0;
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
