// Element by element: the float state set, what calls have in common computed.
#pragma once
#include "../registry/registry.hpp"
#include "settings.hpp"

namespace accord {

void quantize(const PointwiseTable &table, const QuantizeCall &call);

// Of `call.count` pixels an image, from (images, channels, pixels) to (images, pixels, channels).
void quantize_planes(const PointwiseTable &table, QuantizeCall call, size_t images, size_t channels);

void dequantize(const PointwiseTable &table, const DequantizeCall &call);

// Which operand has fewer elements than the other, (outer, inner) to (outer, times, inner): each `inner` of them are
// taken `times` times. None, where times is 1.
struct Spread {
  size_t outer, times, inner;
  bool is_b;
};

void add(const PointwiseTable &table, AddCall call, const Spread &spread);  // its offset is computed here

// With the contract, zero point, bounds and one multiplier of an output of the operands' own type.
void multiply(const PointwiseTable &table, const OutputSettings &output, MultiplyCall call, const Spread &spread);

}  // namespace accord
