// The reference: one channel after another.
#include "pool.hpp"

#include "../scalar_number.hpp"

namespace accord {
namespace {

const uint8_t *element(const PoolCall &call, size_t window, size_t tap, size_t channel) {
  return call.rows[tap] + static_cast<ptrdiff_t>(window) * call.step + channel;
}

void maximum(PoolCall call, uint8_t *out) {
  for (size_t i = 0; i < call.windows; ++i)
    for (size_t c = 0; c < call.channels; ++c) {
      const uint8_t *best = element(call, i, 0, c);
      for (size_t t = 1; t < call.taps; ++t) {
        const uint8_t *x = element(call, i, t, c);
        if (load_activation(x, call.is_signed) > load_activation(best, call.is_signed)) best = x;
      }
      *out++ = *best;
    }
}

void sum(PoolCall call, int32_t *out) {
  for (size_t i = 0; i < call.windows; ++i)
    for (size_t c = 0; c < call.channels; ++c) {
      uint32_t total = 0;
      for (size_t t = 0; t < call.taps; ++t)
        total += static_cast<uint32_t>(load_activation(element(call, i, t, c), call.is_signed) - call.zero);
      *out++ = wrap(total);
    }
}

void divide(DivideCall call, uint8_t *out) {
  for (size_t c = 0; c < call.count; ++c) {
    const int64_t sum = call.sums[c], half = call.elements / 2;  // an odd divisor has no ties
    const int64_t rounded = (sum + (sum < 0 ? -half : half)) / call.elements;
    out[c] = static_cast<uint8_t>(static_cast<uint32_t>(clamp(rounded, call.low, call.high)) ^ call.flip);
  }
}

}  // namespace

const PoolTable pool_scalar = {maximum, sum, divide};

}  // namespace accord
