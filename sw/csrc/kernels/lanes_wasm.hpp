// What a vector of WebAssembly's 128 bits is and does, under the names that sources for any width use. For units with
// SIMD128.
#pragma once
#include <stddef.h>
#include <stdint.h>
#include <wasm_simd128.h>

namespace accord {
namespace {

// The first `count` bytes of a vector, zeros behind them, and nothing else is touched. Ends of arrays are few, and code is
// downloaded: neither these nor what else is marked so is worth a copy wherever it is used.
[[gnu::noinline]] inline v128_t load_some(const uint8_t *from, size_t count) {
  alignas(16) uint8_t part[16] = {};
  for (size_t i = 0; i < count; ++i) part[i] = from[i];
  return wasm_v128_load(part);
}
[[gnu::noinline]] inline void store_some(uint8_t *to, v128_t v, size_t count) {
  alignas(16) uint8_t part[16];
  wasm_v128_store(part, v);
  for (size_t i = 0; i < count; ++i) to[i] = part[i];
}

// a * b + c in double precision, the last bit set where that is not exact: rounding it to float32 is rounding once.
// docs/kernels.md proves it. Seldom called.
[[gnu::noinline, gnu::cold]] inline v128_t multiply_add_to_odd(v128_t a, v128_t b, v128_t c) {
  const v128_t zero = wasm_f64x2_const_splat(0);
  const v128_t product = wasm_f64x2_mul(a, b);  // exact
  const v128_t sum = wasm_f64x2_add(product, c);
  const v128_t back = wasm_f64x2_sub(sum, product);
  const v128_t error = wasm_f64x2_add(wasm_f64x2_sub(product, wasm_f64x2_sub(sum, back)), wasm_f64x2_sub(c, back));
  const v128_t above = wasm_f64x2_gt(error, zero), below = wasm_f64x2_lt(error, zero);  // neither of a NaN
  const v128_t inward = wasm_v128_bitselect(wasm_f64x2_lt(sum, zero), wasm_f64x2_gt(sum, zero), above);
  const v128_t inexact = wasm_v128_or(above, below);
  const v128_t cut = wasm_i64x2_add(sum, wasm_v128_and(inward, inexact));  // one unit less in magnitude, or none
  return wasm_v128_or(cut, wasm_v128_and(inexact, wasm_i64x2_const_splat(1)));
}

// Where a sum in double precision, rounded to float32, may not be what a single rounding gives: it is a tie there, or
// float32 has fewer bits for it.
inline v128_t is_delicate(v128_t sum) {
  const v128_t tie =
      wasm_i64x2_eq(wasm_v128_and(sum, wasm_i64x2_const_splat(0x1fffffff)), wasm_i64x2_const_splat(0x10000000));
  return wasm_v128_or(tie, wasm_f64x2_lt(wasm_f64x2_abs(sum), wasm_f64x2_const_splat(0x1p-126)));
}

// Of 16 bytes, those at 16 places; zero where a place is negative.
using Sixteen = v128_t;
inline Sixteen chosen(Sixteen v, Sixteen at) { return wasm_i8x16_swizzle(v, at); }

struct Lanes {
  using Ints = v128_t;
  using Floats = __f32x4;
  static constexpr size_t bytes = 16;

  // The first `count` bytes, zeros behind them, and nothing else is touched; all, where count is a vector or more.
  static Ints load(const void *from, size_t count) {
    return count >= bytes ? wasm_v128_load(from) : load_some(static_cast<const uint8_t *>(from), count);
  }
  static void store(void *to, Ints v, size_t count) {
    if (count >= bytes)
      wasm_v128_store(to, v);
    else
      store_some(static_cast<uint8_t *>(to), v, count);
  }
  // A quarter of a vector, or the first `count` bytes of it; what lies behind them is not read.
  static Ints load_quarter(const uint8_t *from, size_t count) {
    return count < bytes / 4 ? load_some(from, count) : wasm_v128_load32_zero(from);
  }
  // Four bytes, or the first `count`, zeros behind them, as 32-bit integers.
  static Ints load_widened(const uint8_t *from, bool is_signed, size_t count) {
    const Ints v = load_quarter(from, count);
    return is_signed ? wasm_i32x4_extend_low_i16x8(wasm_i16x8_extend_low_i8x16(v))
                     : wasm_u32x4_extend_low_u16x8(wasm_u16x8_extend_low_u8x16(v));
  }

  static Ints all_bytes(int32_t v) { return wasm_i8x16_splat(static_cast<int8_t>(v)); }
  static Ints all_words(int32_t v) { return wasm_i16x8_splat(static_cast<int16_t>(v)); }
  static Ints all_ints(int32_t v) { return wasm_i32x4_splat(v); }
  static Floats all_floats(float v) { return Floats{v, v, v, v}; }

  // The lower and upper halves of two vectors interleaved, and the way back, saturating.
  static Ints low_bytes(Ints a, Ints b) {
    return wasm_i8x16_shuffle(a, b, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
  }
  static Ints high_bytes(Ints a, Ints b) {
    return wasm_i8x16_shuffle(a, b, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
  }
  static Ints low_words(Ints a, Ints b) { return wasm_i16x8_shuffle(a, b, 0, 8, 1, 9, 2, 10, 3, 11); }
  static Ints high_words(Ints a, Ints b) { return wasm_i16x8_shuffle(a, b, 4, 12, 5, 13, 6, 14, 7, 15); }
  static Ints pack_ints(Ints a, Ints b) { return wasm_i16x8_narrow_i32x4(a, b); }
  static Ints pack_words(Ints a, Ints b) { return wasm_i8x16_narrow_i16x8(a, b); }
  static Ints in_order(Ints packed) { return packed; }

  // The parts of a vector, WIDTH bytes each, `stride` bytes apart.
  template <size_t WIDTH>
  static void store_parts(Ints v, uint8_t *to, ptrdiff_t stride) {
    if constexpr (WIDTH == 16) {
      wasm_v128_store(to, v);
    } else if constexpr (WIDTH == 8) {
      wasm_v128_store64_lane(to, v, 0);
      wasm_v128_store64_lane(to + stride, v, 1);
    } else {
      wasm_v128_store32_lane(to, v, 0);
      wasm_v128_store32_lane(to + stride, v, 1);
      wasm_v128_store32_lane(to + 2 * stride, v, 2);
      wasm_v128_store32_lane(to + 3 * stride, v, 3);
    }
  }

  static Ints flip(Ints a, Ints b) { return wasm_v128_xor(a, b); }
  static Ints largest(Ints a, Ints b, bool is_signed) {
    return is_signed ? wasm_i8x16_max(a, b) : wasm_u8x16_max(a, b);
  }
  static Ints smallest(Ints a, Ints b) { return wasm_i8x16_min(a, b); }
  static Ints add_words(Ints a, Ints b) { return wasm_i16x8_add(a, b); }
  static Ints add_words_saturating(Ints a, Ints b) { return wasm_i16x8_add_sat(a, b); }
  static Ints subtract_words(Ints a, Ints b) { return wasm_i16x8_sub(a, b); }
  static Ints upper_bytes(Ints words) { return wasm_u16x8_shr(words, 8); }
  static Ints lower_to_upper(Ints words) { return wasm_i16x8_shl(words, 8); }
  static Ints add(Ints a, Ints b) { return wasm_i32x4_add(a, b); }
  static Ints subtract(Ints a, Ints b) { return wasm_i32x4_sub(a, b); }
  static Ints multiply(Ints a, Ints b) { return wasm_i32x4_mul(a, b); }
  // There is no shift whose lanes differ: 2^b is the float with the exponent b.
  static Ints shift_left(Ints a, Ints b) {
    const Ints power = wasm_i32x4_shl(wasm_i32x4_add(b, wasm_i32x4_const_splat(127)), 23);
    return wasm_i32x4_mul(a, wasm_u32x4_trunc_sat_f32x4(power));
  }
  [[gnu::noinline]] static Ints shift_right(Ints a, Ints b) {
    return wasm_i32x4_make(wasm_i32x4_extract_lane(a, 0) >> wasm_i32x4_extract_lane(b, 0),
                           wasm_i32x4_extract_lane(a, 1) >> wasm_i32x4_extract_lane(b, 1),
                           wasm_i32x4_extract_lane(a, 2) >> wasm_i32x4_extract_lane(b, 2),
                           wasm_i32x4_extract_lane(a, 3) >> wasm_i32x4_extract_lane(b, 3));
  }
  static Ints sign_bit(Ints a) { return wasm_u32x4_shr(a, 31); }
  static Ints half(Ints a) { return wasm_u32x4_shr(a, 1); }  // of numbers that are not negative
  static Ints largest_ints(Ints a, Ints b) { return wasm_i32x4_max(a, b); }
  static Ints both(Ints a, Ints b) { return wasm_v128_and(a, b); }
  // a, and one more where x > y.
  static Ints add_one_where_greater(Ints a, Ints x, Ints y) { return wasm_i32x4_sub(a, wasm_i32x4_gt(x, y)); }
  // (a * b + 2^30) >> 31 in 64 bits.
  static Ints multiply_high(Ints a, Ints b) {
    const Ints half = wasm_i64x2_const_splat(INT64_C(1) << 30);
    const Ints low = wasm_u64x2_shr(wasm_i64x2_add(wasm_i64x2_extmul_low_i32x4(a, b), half), 31);
    const Ints high = wasm_u64x2_shr(wasm_i64x2_add(wasm_i64x2_extmul_high_i32x4(a, b), half), 31);
    return wasm_i32x4_shuffle(low, high, 0, 2, 4, 6);
  }

  static Floats same_bits(Ints a) { return static_cast<Floats>(a); }
  static Ints same_bits(Floats a) { return static_cast<Ints>(a); }
  static Floats to_floats(Ints a) { return static_cast<Floats>(wasm_f32x4_convert_i32x4(a)); }
  // Below `least` integers are of no use to anybody, and above 2^22 none of these is asked: added to 1.5 * 2^23 an
  // integer is in the last bits of the sum, where rounding to the nearest even puts it.
  static Ints last_bits(v128_t a) {
    const Ints magic = wasm_f32x4_const_splat(0x1.8p23f);
    return wasm_i32x4_sub(wasm_f32x4_add(a, magic), magic);
  }
  static v128_t not_too_low(Floats a) { return wasm_f32x4_pmax(static_cast<v128_t>(a), wasm_f32x4_const_splat(-4096)); }
  static Ints round_even(Floats a) { return last_bits(not_too_low(a)); }
  static Ints truncate(Floats a) { return last_bits(wasm_f32x4_trunc(not_too_low(a))); }
  static Floats with_sign_of(Floats magnitude, Floats a) {
    return static_cast<Floats>(wasm_v128_or(wasm_v128_and(static_cast<v128_t>(a), wasm_f32x4_const_splat(-0.0f)),
                                            static_cast<v128_t>(magnitude)));
  }
  // Rounded once. In double precision the product is exact; the sum is not, but seldom matters.
  static Floats fma(Floats a, Floats b, Floats c) {
    const v128_t low_a = low_half(a), low_b = low_half(b), low_c = low_half(c);
    const v128_t high_a = high_half(a), high_b = high_half(b), high_c = high_half(c);
    v128_t low = wasm_f64x2_add(wasm_f64x2_mul(low_a, low_b), low_c);
    v128_t high = wasm_f64x2_add(wasm_f64x2_mul(high_a, high_b), high_c);
    if (__builtin_expect(wasm_v128_any_true(wasm_v128_or(is_delicate(low), is_delicate(high))), 0)) {
      low = multiply_add_to_odd(low_a, low_b, low_c);
      high = multiply_add_to_odd(high_a, high_b, high_c);
    }
    return static_cast<Floats>(
        wasm_i32x4_shuffle(wasm_f32x4_demote_f64x2_zero(low), wasm_f32x4_demote_f64x2_zero(high), 0, 1, 4, 5));
  }
  static Floats smallest(Floats a, Floats b) {  // b where a is a NaN
    return static_cast<Floats>(wasm_f32x4_pmin(static_cast<v128_t>(b), static_cast<v128_t>(a)));
  }

 private:
  static v128_t low_half(Floats a) { return wasm_f64x2_promote_low_f32x4(static_cast<v128_t>(a)); }
  static v128_t high_half(Floats a) {
    const v128_t bits = static_cast<v128_t>(a);
    return wasm_f64x2_promote_low_f32x4(wasm_i32x4_shuffle(bits, bits, 2, 3, 2, 3));
  }
};

}  // namespace
}  // namespace accord
