// How the contracts round, in vectors of either width: Lanes are those of the including unit.
#pragma once
#include "epilogue.hpp"

namespace accord {
namespace {

using Ints = Lanes::Ints;
using Floats = Lanes::Floats;

// trunc(x + copysign(0.5 - 2^-25, x)): nearest, ties away from zero, for |x| < 2^9; docs/kernels.md proves it. A number
// beyond that may come out one less in magnitude, a negative one beyond integers as the least of them.
inline Ints round_away(Floats x) {
  return Lanes::truncate(x + Lanes::with_sign_of(Lanes::all_floats(0x1.fffffep-2f), x));
}

// value / 2^exponent, ties away from zero: one more than the shift where the remainder is past the threshold.
inline Ints divide_by_power(Ints value, Ints exponent) {
  const Ints one = Lanes::all_ints(1), mask = Lanes::subtract(Lanes::shift_left(one, exponent), one);
  const Ints threshold = Lanes::add(Lanes::half(mask), Lanes::sign_bit(value));
  return Lanes::add_one_where_greater(Lanes::shift_right(value, exponent), Lanes::both(value, mask), threshold);
}

// Integers to bytes: + zero, clamped to [low, high] without wrapping, all in s8, then flipped to u8 where that is the type.
class Narrow {
 public:
  Narrow(int32_t zero, int32_t low, int32_t high, uint32_t flip)
      : zero_(Lanes::all_words(zero)),
        low_(Lanes::all_bytes(low)),
        high_(Lanes::all_bytes(high)),
        flip_(Lanes::all_bytes(static_cast<int32_t>(flip))),
        is_clamped_(low > -128 || high < 127) {}

  // Four vectors, in the order that packing twice leaves.
  Ints operator()(const Ints *ints) const {
    const Ints first = Lanes::add_words_saturating(Lanes::pack_ints(ints[0], ints[1]), zero_);
    const Ints second = Lanes::add_words_saturating(Lanes::pack_ints(ints[2], ints[3]), zero_);
    const Ints bytes = Lanes::pack_words(first, second);
    if (!is_clamped_) return Lanes::flip(bytes, flip_);
    return Lanes::flip(Lanes::largest(Lanes::smallest(bytes, high_), low_, true), flip_);
  }

 private:
  Ints zero_, low_, high_, flip_;
  bool is_clamped_;
};

}  // namespace
}  // namespace accord
