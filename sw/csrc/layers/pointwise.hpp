// Element by element: the float state set, what calls have in common computed.
#pragma once
#include "../registry/registry.hpp"
#include "settings.hpp"

namespace accord {

void quantize(const PointwiseTable &table, const QuantizeCall &call);
void dequantize(const PointwiseTable &table, const DequantizeCall &call);
void add(const PointwiseTable &table, AddCall call);  // its offset is computed here

// With the contract, zero point, bounds and one multiplier of an output of the operands' own type.
void multiply(const PointwiseTable &table, const OutputSettings &output, MultiplyCall call);

}  // namespace accord
