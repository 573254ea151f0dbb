// The reference: one multiplication after another.
#include "../scalar_number.hpp"
#include "depthwise.hpp"

namespace accord {
namespace {

size_t packed_bytes(const DepthwiseShape &s) { return s.taps * s.channels; }

void pack(const DepthwiseShape &s, const int8_t *weights, void *packed) {
  int8_t *out = static_cast<int8_t *>(packed);
  for (size_t i = 0; i < packed_bytes(s); ++i) out[i] = weights[i];
}

int32_t sum(const DepthwiseCall &c, size_t pixel, size_t channel) {
  const int8_t *weights = static_cast<const int8_t *>(c.weights);
  uint32_t total = 0;
  for (size_t t = 0; t < c.shape.taps; ++t) {
    const int32_t x = load_activation(c.rows[pixel * c.shape.taps + t] + channel, c.is_signed);
    total += static_cast<uint32_t>(x * weights[t * c.shape.channels + channel]);
  }
  return wrap(total);
}

void run(const DepthwiseCall &call) {
  const size_t item = call.epilogue->contract == contract_s32 ? sizeof(int32_t) : 1;
  for (size_t i = 0; i < call.count; ++i)
    for (size_t c = 0; c < call.shape.channels; ++c)
      finish(*call.epilogue, sum(call, i, c), c, call.out + static_cast<ptrdiff_t>(i) * call.out_stride + c * item);
}

}  // namespace

const DepthwiseTable depthwise_scalar = {0, packed_bytes, pack, run};

}  // namespace accord
