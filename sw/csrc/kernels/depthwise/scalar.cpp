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

int32_t sum(const DepthwiseCall &c, size_t item) {
  const int8_t *weights = static_cast<const int8_t *>(c.weights) + item % c.shape.channels;
  uint32_t total = 0;
  for (size_t t = 0; t < c.shape.taps; ++t)
    total += static_cast<uint32_t>(load_activation(c.taps[t] + item, c.is_signed) * weights[t * c.shape.channels]);
  return wrap(total);
}

void run(const DepthwiseCall &c) {
  const size_t item = c.epilogue->contract == contract_s32 ? sizeof(int32_t) : 1;
  for (size_t i = 0; i < c.count; ++i) finish(*c.epilogue, sum(c, i), i % c.shape.channels, c.out + i * item);
}

}  // namespace

const DepthwiseTable depthwise_scalar = {0, 1, packed_bytes, pack, run};

}  // namespace accord
