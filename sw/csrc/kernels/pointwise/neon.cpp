#include "../lanes_neon.hpp"
#include "../lookup_neon.hpp"
#include "pointwise.hpp"

namespace accord {
namespace {

// Planes to pixels: three of them are stored interleaved by one instruction.
void interleave(InterleaveCall call) {
  constexpr size_t together = 16;
  size_t i = 0;
  if (call.channels == 3)
    for (; i + together <= call.count; i += together) {
      const uint8_t *const from = call.planes + i;
      const uint8x16x3_t pixels = {{vld1q_u8(from), vld1q_u8(from + call.stride), vld1q_u8(from + 2 * call.stride)}};
      vst3q_u8(call.out + 3 * i, pixels);
    }
  interleave_some(call, i);
}

}  // namespace
}  // namespace accord

#define ACCORD_UNIT pointwise_neon
#include "vector.inc"
