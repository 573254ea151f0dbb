#include "pointwise.hpp"

#include <algorithm>
#include <cmath>

#include "float_state.hpp"

namespace accord {
namespace {

constexpr size_t block = 256;  // products between the two kernels: in the first cache

}  // namespace

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

void multiply(const PointwiseTable &table, const RequantizeTable &finish, const OutputSettings &output,
              const MultiplyCall &call) {
  const FloatState state;
  if (output.contract == contract_onnx) {
    const int32_t shift = output.is_unsigned ? 128 : 0;  // the settings are in s8
    table.multiply_onnx({.a = call.a,
                         .b = call.b,
                         .out = call.out,
                         .count = call.count,
                         .is_signed = call.is_signed,
                         .zero_a = call.zero_a,
                         .zero_b = call.zero_b,
                         .zero = output.zero + shift,
                         .low = output.low + shift,
                         .high = output.high + shift,
                         .multiplier = output.multiplier[0]});
    return;
  }
  const ChannelData channels(output, 0, block, std::vector<int32_t>(block, 0));
  const Epilogue epilogue = channels.epilogue();
  int32_t products[block];
  for (size_t i = 0; i < call.count; i += block) {
    const size_t some = std::min(block, call.count - i);
    table.product({.a = call.a + i,
                   .b = call.b + i,
                   .out = products,
                   .count = some,
                   .is_signed = call.is_signed,
                   .zero_a = call.zero_a,
                   .zero_b = call.zero_b});
    finish.run(epilogue, {.data = products, .stride = block, .rows = 1, .columns = some, .channel = 0}, call.out + i,
               0);
  }
}

}  // namespace accord
