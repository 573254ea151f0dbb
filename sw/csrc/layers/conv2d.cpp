#include "conv2d.hpp"

#include <algorithm>

#include "float_state.hpp"
#include "threads.hpp"

namespace accord {
namespace {

constexpr size_t piece_multiple = 4;
constexpr size_t side_rows = 8;  // a tile

// How many bytes a kernel row is as one tap, rounded up; 0 where its pixels are taps.
size_t piece_bytes(const Window &w, size_t groups, size_t depth) {
  if (groups != 1 || w.kernel[1] == 1 || w.dilation[1] != 1) return 0;
  return (w.kernel[1] * depth + piece_multiple - 1) / piece_multiple * piece_multiple;
}

// One group's weights, from [o][t][k] to [t][k][n]; `width` of the inner axis there, zeros beyond `depth`.
std::vector<int8_t> transposed(const int8_t *weights, size_t taps, size_t depth, size_t width, size_t columns) {
  std::vector<int8_t> result(taps * width * columns);
  for (size_t n = 0; n < columns; ++n)
    for (size_t t = 0; t < taps; ++t)
      for (size_t k = 0; k < depth; ++k) result[(t * width + k) * columns + n] = weights[(n * taps + t) * depth + k];
  return result;
}

}  // namespace

Conv2d::Conv2d(const Choice<GemmTable> &choice, const Window &window, size_t groups, size_t depth, size_t columns,
               const int8_t *weights, const int32_t *bias, InputSettings input, const OutputSettings &output,
               size_t threads)
    : isa_(choice.isa->name),
      window_(window),
      piece_bytes_(piece_bytes(window, groups, depth)),
      has_parts_(piece_bytes_ > 0 && depth % part_multiple == 0),
      depth_(depth),
      columns_(columns / groups),
      item_bytes_(output.item_bytes()),
      threads_(threads),
      padding_(depth, static_cast<uint8_t>(input.zero)) {
  const size_t taps = piece_bytes_ ? window.kernel[0] : window.taps(), given = window.taps() * depth;
  const size_t width = piece_bytes_ ? piece_bytes_ : depth;
  for (size_t g = 0; g < groups; ++g) {
    const size_t first = g * columns_;
    const std::vector<int8_t> part = transposed(weights + first * given, taps, given / taps, width, columns_);
    groups_.emplace_back(*choice.table, GemmShape{.taps = taps, .depth = width, .columns = columns_},
                         has_parts_ ? window.kernel[1] : 1, part.data(), bias + first, input, output, first);
  }
}

// What one thread keeps from chunk to chunk.
struct Conv2d::Workspace {
  std::vector<const uint8_t *> rows;
  Buffer aside;
  Gemm::Workspace gemm;
};

void Conv2d::run_chunk(const Image &image, const Pixels &pixels, Workspace &w, uint8_t *out,
                       ptrdiff_t out_stride) const {
  const size_t row_taps = piece_bytes_ ? 1 : window_.kernel[1];
  const size_t first_part = has_parts_ ? pixels.first_column : 0, parts = has_parts_ ? pixels.columns : 1;
  const size_t part_bytes = pixels.columns < window_.kernel[1] ? pixels.columns * depth_ : piece_bytes_;
  uint8_t *const aside = static_cast<uint8_t *>(w.aside.data());
  out += static_cast<ptrdiff_t>(pixels.first) * out_stride;
  for (size_t g = 0; g < groups_.size(); ++g) {
    if (piece_bytes_)
      fill_pieces(window_, image, pixels, padding_[0], part_bytes, aside, w.rows.data());
    else
      fill_rows(window_, image, pixels, g * depth_, padding_.data(), w.rows.data());
    groups_[g].run({.rows = w.rows.data(),
                    .count = pixels.count,
                    .band = pixels.band,
                    .out = out + g * columns_ * item_bytes_,
                    .out_stride = static_cast<ptrdiff_t>(pixels.step) * out_stride,
                    .band_stride = static_cast<ptrdiff_t>(pixels.band_step) * out_stride},
                   pixels.first_row * row_taps, pixels.rows * row_taps, first_part, parts, w.gemm);
  }
}

// Pixels that need the same part of the kernel, in pieces of whole bands.
void Conv2d::run_alike(const Image &image, const Pixels &pixels, Workspace &workspace, uint8_t *out,
                       ptrdiff_t out_stride) const {
  const size_t unit = pixels.band < pixels.count ? pixels.band : 1;
  Pixels some = pixels;
  for (size_t i = 0; i < pixels.count; i += some.count) {
    some.first = pixels.at(i);
    some.count = unit * even_rows((pixels.count - i) / unit, groups_[0].chunk() / unit);
    some.band = std::min(pixels.band, some.count);
    run_chunk(image, some, workspace, out, out_stride);
  }
}

// Whether there are rows enough for a tile of each side.
bool Conv2d::are_sides_apart(const Image &image, const Pixels &pixels) const {
  const size_t width = window_.outputs(1, image.width);
  return has_parts_ && width <= groups_[0].chunk() && pixels.first % width == 0 && pixels.count % width == 0 &&
         pixels.count >= side_rows * width;
}

void Conv2d::run(const Image &image, uint8_t *out, ptrdiff_t out_stride) const {
  const size_t pixels = image.batch * window_.outputs(0, image.height) * window_.outputs(1, image.width);
  if (pixels == 0 || columns_ == 0) return;
  parallel(pixels, groups_[0].grain(), threads_, [&](size_t first, size_t last) {
    const FloatState state;
    const size_t most = std::min(groups_[0].chunk(), last - first);
    Workspace workspace = {std::vector<const uint8_t *>(most * window_.taps()),
                           Buffer(most * window_.kernel[0] * piece_bytes_), groups_[0].workspace(most)};
    while (first < last) {
      const Pixels alike = pixels_alike(window_, image, first, last);
      first += alike.count;
      if (!are_sides_apart(image, alike))
        run_alike(image, alike, workspace, out, out_stride);
      else
        for (size_t column = 0, width = window_.outputs(1, image.width); column < width;) {
          const Pixels part = columns_alike(window_, image, alike, column);
          run_alike(image, part, workspace, out, out_stride);
          column += part.count / (alike.count / width);
        }
    }
  });
}

}  // namespace accord
