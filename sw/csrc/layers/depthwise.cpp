#include "depthwise.hpp"

#include <algorithm>

#include "float_state.hpp"
#include "threads.hpp"

namespace accord {
namespace {

constexpr size_t chunk = 32;  // pixels of one call

}  // namespace

Depthwise::Depthwise(const Choice<DepthwiseTable> &choice, const Window &window, size_t channels, const int8_t *weights,
                     const int32_t *bias, InputSettings input, const OutputSettings &output, size_t threads)
    : isa_(choice.isa->name),
      table_(*choice.table),
      window_(window),
      shape_{.taps = window.taps(), .channels = channels},
      is_signed_(input.is_signed),
      threads_(threads),
      packed_(choice.table->packed_bytes(shape_)),
      channels_(output, 0, channels,
                corrected_bias(bias, input.zero + (input.is_signed ? choice.table->signed_offset : 0), weights,
                               shape_.taps, channels)),
      padding_(channels, static_cast<uint8_t>(input.zero)) {
  table_.pack(shape_, weights, packed_.data());
}

void Depthwise::run(const Image &image, uint8_t *out, ptrdiff_t out_stride) const {
  const size_t pixels = image.batch * window_.outputs(0, image.height) * window_.outputs(1, image.width);
  if (pixels == 0) return;
  const Epilogue epilogue = channels_.epilogue();
  parallel(pixels, chunk, threads_, [&](size_t first, size_t last) {
    const FloatState state;
    std::vector<const uint8_t *> rows(std::min(chunk, last - first) * shape_.taps);
    for (; first < last; first += chunk) {
      const size_t some = std::min(chunk, last - first);
      fill_rows(window_, image, first, some, 0, padding_.data(), rows.data());
      table_.run({.shape = shape_,
                  .weights = packed_.data(),
                  .rows = rows.data(),
                  .count = some,
                  .is_signed = is_signed_,
                  .epilogue = &epilogue,
                  .out = out + static_cast<ptrdiff_t>(first) * out_stride,
                  .out_stride = out_stride});
    }
  });
}

}  // namespace accord
