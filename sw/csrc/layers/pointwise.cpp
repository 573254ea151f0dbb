#include "pointwise.hpp"

#include <cmath>

#include "float_state.hpp"

namespace accord {
void quantize(const PointwiseTable &table, const QuantizeCall &call) {
  const FloatState state;
  table.quantize(call);
}

void dequantize(const PointwiseTable &table, const DequantizeCall &call) {
  const FloatState state;
  table.dequantize(call);
}

void add(const PointwiseTable &table, AddCall call) {
  const FloatState state;
  const float product = call.ratio_b * static_cast<float>(call.zero_b);
  call.offset = static_cast<float>(call.zero) - std::fmaf(call.ratio_a, static_cast<float>(call.zero_a), product);
  table.add(call);
}

void multiply(const PointwiseTable &table, const OutputSettings &output, MultiplyCall call) {
  const FloatState state;
  const int32_t shift = output.is_unsigned ? 128 : 0;  // the settings are in s8
  call.contract = output.contract;
  call.zero = output.zero + shift;
  call.low = output.low + shift;
  call.high = output.high + shift;
  if (output.contract == contract_tflite) {
    call.fraction = output.fraction[0];
    call.shift = output.shift[0];
  } else {
    call.multiplier = output.multiplier[0];
  }
  table.multiply(call);
}

}  // namespace accord
