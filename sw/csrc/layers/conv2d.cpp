#include "conv2d.hpp"

#include <algorithm>

#include "float_state.hpp"
#include "threads.hpp"

namespace accord {
namespace {

// One group's weights, from [o][t][k] to [t][k][n].
std::vector<int8_t> transposed(const int8_t *weights, const GemmShape &s) {
  std::vector<int8_t> result(s.taps * s.depth * s.columns);
  for (size_t n = 0; n < s.columns; ++n)
    for (size_t i = 0; i < s.taps * s.depth; ++i) result[i * s.columns + n] = weights[n * s.taps * s.depth + i];
  return result;
}

}  // namespace

Conv2d::Conv2d(const Choice<GemmTable> &choice, const Window &window, size_t groups, size_t depth, size_t columns,
               const int8_t *weights, const int32_t *bias, InputSettings input, const OutputSettings &output,
               size_t threads)
    : isa_(choice.isa->name),
      window_(window),
      depth_(depth),
      columns_(columns / groups),
      item_bytes_(output.item_bytes()),
      threads_(threads),
      padding_(depth, static_cast<uint8_t>(input.zero)) {
  const GemmShape shape = {.taps = window.taps(), .depth = depth, .columns = columns_};
  for (size_t g = 0; g < groups; ++g) {
    const size_t first = g * columns_;
    const std::vector<int8_t> part = transposed(weights + first * shape.taps * depth, shape);
    groups_.emplace_back(*choice.table, shape, part.data(), bias + first, input, output, first);
  }
}

void Conv2d::run(const Image &image, uint8_t *out, ptrdiff_t out_stride) const {
  const size_t pixels = image.batch * window_.outputs(0, image.height) * window_.outputs(1, image.width);
  if (pixels == 0 || columns_ == 0) return;
  const size_t chunk = groups_[0].table().chunk;
  parallel(pixels, chunk, threads_, [&](size_t first, size_t last) {
    const FloatState state;
    Buffer scratch(groups_[0].scratch_bytes());
    std::vector<const uint8_t *> rows(std::min(chunk, last - first) * window_.taps());
    for (size_t some; first < last; first += some) {
      some = even_rows(last - first, chunk);
      uint8_t *to = out + static_cast<ptrdiff_t>(first) * out_stride;
      for (size_t g = 0; g < groups_.size(); ++g) {
        fill_rows(window_, image, first, some, g * depth_, padding_.data(), rows.data());
        groups_[g].run(rows.data(), some, to + g * columns_ * item_bytes_, out_stride, scratch.data());
      }
    }
  });
}

}  // namespace accord
