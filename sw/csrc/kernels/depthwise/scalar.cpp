// The reference: one row, one channel at a time.
#include "../scalar_number.hpp"
#include "depthwise.hpp"

namespace accord {
namespace {

void pack(const DepthwiseShape &s, const int8_t *weights, void *packed) {
  int8_t *out = static_cast<int8_t *>(packed);
  each_weight(depthwise_scalar, s, weights, [&](int8_t weight) { *out++ = weight; });
}

// Signed or not, the kernel sees the bytes as u8 less 128, which the flipped top bit makes of an s8.
void gather(const DepthwiseRows &rows, uint8_t *grouped, size_t pixel_step) {
  const uint8_t flip = rows.is_signed ? 0x80 : 0;
  for (size_t x = 0; x < rows.pixels; ++x, grouped += pixel_step)
    for (size_t c = 0; c < rows.channels; ++c)
      grouped[c] = rows.row[0][static_cast<ptrdiff_t>(x) * rows.stride[0] + static_cast<ptrdiff_t>(c)] ^ flip;
}

void run(const DepthwiseCall &call) {
  const size_t item = call.epilogue->contract == contract_s32 ? sizeof(int32_t) : 1;
  const int8_t *weights = static_cast<const int8_t *>(call.weights);
  for (size_t c = 0; c < call.channels; ++c, weights += call.weights_step)
    for (size_t x = 0; x < call.count; ++x) {
      uint32_t sum = 0;
      for (size_t t = 0; t < call.tap_count; ++t)
        sum += static_cast<uint32_t>(call.grouped[c + x * call.pixel_step + call.taps[t]] * weights[t]);
      finish(*call.epilogue, wrap(sum), call.channel + c,
             call.out + static_cast<ptrdiff_t>(x) * call.out_stride + c * item);
    }
}

}  // namespace

const DepthwiseTable depthwise_scalar = {{0, 128}, 1, 1, 1, pack, gather, run};

}  // namespace accord
