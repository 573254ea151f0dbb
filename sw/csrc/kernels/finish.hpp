// 32-bit sums to the output, in vectors of either width: Lanes and Table are those of the including unit.
#pragma once
#include "rounding.hpp"

namespace accord {
namespace {

constexpr size_t lanes = Lanes::bytes / 4;

// A vector of channels: sums with their bias to integers that Narrow finishes. What is too small or too large for a byte
// saturates there; what could be too large for an integer is cut before it is converted.
template <Contract CONTRACT>
class Channels {
 public:
  Channels(const Epilogue &e, size_t channel)
      : Channels(e, Lanes::same_bits(Lanes::load(e.multiplier + channel, Lanes::bytes))) {}
  Channels(const Epilogue &e, Floats multiplier)
      : multiplier_(multiplier),
        zero_(Lanes::all_floats(static_cast<float>(e.zero))),
        most_(Lanes::all_floats(static_cast<float>(CONTRACT == contract_fma ? e.high : e.high - e.zero))),
        is_small_(e.is_small) {}
  Ints operator()(Ints acc) const {
    const Floats sum = Lanes::to_floats(acc);
    const Floats scaled = CONTRACT == contract_fma ? Lanes::fma(sum, multiplier_, zero_) : sum * multiplier_;
    const Floats below = is_small_ ? scaled : Lanes::smallest(scaled, most_);
    return CONTRACT == contract_fma ? round_away(below) : Lanes::round_even(below);
  }

 private:
  Floats multiplier_, zero_, most_;
  bool is_small_;
};

template <>
class Channels<contract_tflite> {
 public:
  Channels(const Epilogue &e, size_t channel) : fraction_(Lanes::load(e.fraction + channel, Lanes::bytes)) {
    const Ints shift = Lanes::load(e.shift + channel, Lanes::bytes), none = Lanes::all_ints(0);
    left_ = Lanes::largest_ints(shift, none);
    right_ = Lanes::largest_ints(Lanes::subtract(none, shift), none);
  }
  Ints operator()(Ints acc) const {
    return divide_by_power(Lanes::multiply_high(Lanes::shift_left(acc, left_), fraction_), right_);
  }

 private:
  Ints fraction_, left_, right_;
};

// Four vectors of sums with their bias to bytes, in their order.
template <Contract CONTRACT>
class Finish {
 public:
  explicit Finish(const Epilogue &e)
      : narrow_(CONTRACT == contract_fma ? 0 : e.zero, e.low, e.high, e.flip), lookup_(e.lookup) {}
  // Even vectors have the channels `a`, odd ones `b`.
  Ints operator()(const Channels<CONTRACT> &a, const Channels<CONTRACT> &b, const Ints *sums) const {
    const Ints ints[4] = {a(sums[0]), b(sums[1]), a(sums[2]), b(sums[3])};
    return narrow(ints);
  }
  // Four vectors of what Channels gives.
  Ints narrow(const Ints *ints) const {
    const Ints bytes = Lanes::in_order(narrow_(ints));
    return lookup_ ? Table(lookup_)[bytes] : bytes;
  }

 private:
  Narrow narrow_;
  const uint8_t *lookup_;
};

// `columns` bytes, in pieces of a fixed size: masked stores are slow, and a call is slower.
inline void copy_columns(const uint8_t *from, size_t columns, uint8_t *to) {
  size_t n = 0;
  for (; n + 8 <= columns; n += 8) __builtin_memcpy(to + n, from + n, 8);
  for (; n < columns; ++n) to[n] = from[n];
}

// The parts of a vector, WIDTH bytes each, to as many rows; where these lie side by side, and no part has bytes that are
// left out, at once.
template <size_t WIDTH>
inline void store_parts(Ints bytes, uint8_t *out, ptrdiff_t out_stride) {
  if (Lanes::bytes % WIDTH == 0 && out_stride == WIDTH) return Lanes::store(out, bytes, Lanes::bytes);
  Lanes::store_parts<WIDTH>(bytes, out, out_stride);
}

// The parts of a vector to `rows` rows, `columns` of them.
template <size_t WIDTH>
inline void store_rows(Ints bytes, size_t rows, size_t columns, uint8_t *out, ptrdiff_t out_stride) {
  constexpr size_t most = Lanes::bytes / WIDTH;
  if (rows >= most && columns >= WIDTH) return store_parts<WIDTH>(bytes, out, out_stride);
  alignas(64) uint8_t parts[Lanes::bytes];
  Lanes::store(parts, bytes, Lanes::bytes);
  for (size_t i = 0; i < rows && i < most; ++i, out += out_stride)
    copy_columns(parts + i * WIDTH, columns < WIDTH ? columns : WIDTH, out);
}

// Rows of VECTORS vectors of sums, bias included. Whole vectors can be read; for a last few rows, as if four vectors of
// them were there.
template <Contract CONTRACT, size_t VECTORS>
inline void finish_tile(const Epilogue &e, const Sums &s, uint8_t *out, ptrdiff_t out_stride) {
  constexpr size_t together = 4 / VECTORS, width = VECTORS * lanes;
  const Finish<CONTRACT> finish(e);
  const Channels<CONTRACT> a(e, s.channel), b(e, s.channel + (VECTORS - 1) * lanes);
  const int32_t *sums = s.data;
  for (size_t i = 0; i < s.rows; i += together, out += together * out_stride) {
    Ints vectors[4];
    for (size_t q = 0; q < 4; ++q) {
      vectors[q] = Lanes::load(sums + q % VECTORS * lanes, Lanes::bytes);
      if (q % VECTORS + 1 == VECTORS) sums += s.stride;
    }
    store_rows<width>(finish(a, b, vectors), s.rows - i, s.columns, out, out_stride);
  }
}

inline void copy_tile(const Sums &s, uint8_t *out, ptrdiff_t out_stride) {
  const int32_t *sums = s.data;
  for (size_t i = 0; i < s.rows; ++i, sums += s.stride, out += out_stride)
    for (size_t n = 0; n < s.columns; n += lanes)
      Lanes::store(out + n * sizeof(int32_t), Lanes::load(sums + n, Lanes::bytes), (s.columns - n) * sizeof(int32_t));
}

template <size_t VECTORS>
inline void finish_tile(const Epilogue &e, const Sums &sums, uint8_t *out, ptrdiff_t out_stride) {
  if (e.contract == contract_s32) return copy_tile(sums, out, out_stride);
  const auto tile = e.contract == contract_fma    ? finish_tile<contract_fma, VECTORS>
                    : e.contract == contract_onnx ? finish_tile<contract_onnx, VECTORS>
                                                  : finish_tile<contract_tflite, VECTORS>;
  tile(e, sums, out, out_stride);
}

}  // namespace
}  // namespace accord
