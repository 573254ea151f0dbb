#include "pointwise.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

#include "buffer.hpp"
#include "float_state.hpp"

namespace accord {
namespace {

constexpr size_t repeated = 4096;   // bytes of an operand written out at a time
constexpr size_t quantized = 8192;  // bytes of planes at a time

// `times` copies of `count` bytes.
void repeat(const uint8_t *from, size_t count, size_t times, uint8_t *to) {
  std::copy_n(from, count, to);
  for (size_t done = 1; done < times; done += std::min(done, times - done))
    std::copy_n(to, std::min(done, times - done) * count, to + done * count);
}

// run(copies) for each part of the operand that is spread: `together` copies of it, one behind another.
template <class Run>
void each_repeated(const uint8_t *few, const Spread &s, size_t together, const Run &run) {
  Buffer copies(together * s.inner);
  const auto to = static_cast<uint8_t *>(copies.data());
  for (size_t o = 0; o < s.outer; ++o, few += s.inner) {
    repeat(few, s.inner, together, to);
    run(to);
  }
}

// run(call) on parts of an addition that have all their elements.
template <class Run>
void each_part(AddCall call, const Spread &s, const Run &run) {
  if (s.times == 1) return run(call);
  const size_t together = std::clamp<size_t>(repeated / std::max<size_t>(1, s.inner), 1, std::max<size_t>(1, s.times));
  const uint8_t *&few = s.is_b ? call.b : call.a, *&all = s.is_b ? call.a : call.b;
  each_repeated(few, s, together, [&](const uint8_t *copies) {
    few = copies;
    for (size_t i = 0; i < s.times; i += together) {
      call.count = std::min(together, s.times - i) * s.inner;
      run(call);
      all += call.count;
      call.out += call.count;
    }
  });
}

// run(call) on parts of a product whose b is taken again and again; a period is whole vectors, unless that makes it long.
template <class Run>
void each_period(MultiplyCall call, const Spread &s, const Run &run) {
  call.period = call.count;
  if (s.times == 1) return run(call);
  if (!s.is_b) std::swap(call.a, call.b), std::swap(call.zero_a, call.zero_b);
  const size_t inner = std::max<size_t>(1, s.inner), whole = vector_alignment / std::gcd(inner, vector_alignment);
  const size_t together = std::clamp<size_t>(std::min(whole, repeated / inner), 1, std::max<size_t>(1, s.times));
  const size_t rest = s.times % together;
  const auto run_times = [&](size_t times, size_t period) {
    call.count = times * s.inner;
    call.period = period * s.inner;
    run(call);
    call.a += call.count;
    call.out += call.count;
  };
  each_repeated(call.b, s, together, [&](const uint8_t *copies) {
    call.b = copies;
    run_times(s.times - rest, together);
    run_times(rest, rest);
  });
}

}  // namespace

void quantize(const PointwiseTable &table, const QuantizeCall &call) {
  const FloatState state;
  table.quantize(call);
}

void quantize_planes(const PointwiseTable &table, QuantizeCall call, size_t images, size_t channels) {
  const FloatState state;
  const size_t pixels = call.count, together = std::max<size_t>(1, quantized / std::max<size_t>(1, channels));
  Buffer planes(together * channels);
  const float *image = call.x;
  uint8_t *to = call.out;
  for (size_t n = 0; n < images; ++n, image += channels * pixels)
    for (size_t i = 0; i < pixels; i += call.count) {
      call.count = std::min(together, pixels - i);
      for (size_t c = 0; c < channels; ++c) {
        call.x = image + c * pixels + i;
        call.out = static_cast<uint8_t *>(planes.data()) + c * together;
        table.quantize(call);
      }
      table.interleave({static_cast<const uint8_t *>(planes.data()), together, channels, call.count, to});
      to += call.count * channels;
    }
}

void dequantize(const PointwiseTable &table, const DequantizeCall &call) {
  const FloatState state;
  table.dequantize(call);
}

void add(const PointwiseTable &table, AddCall call, const Spread &spread) {
  const FloatState state;
  const float product = call.ratio_b * static_cast<float>(call.zero_b);
  call.offset = static_cast<float>(call.zero) - std::fmaf(call.ratio_a, static_cast<float>(call.zero_a), product);
  each_part(call, spread, table.add);
}

void multiply(const PointwiseTable &table, const OutputSettings &output, MultiplyCall call, const Spread &spread) {
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
  each_period(call, spread, table.multiply);
}

}  // namespace accord
