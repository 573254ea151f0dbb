// What a vector of 128 bits is and does, under the names that sources for any width use. For units with Advanced SIMD.
#pragma once
#include <arm_neon.h>
#include <stddef.h>
#include <stdint.h>

namespace accord {
namespace {

// The first `count` bytes of eight, zeros behind them, and nothing else is touched: in pieces of a fixed size.
inline uint64_t load_8(const uint8_t *from, size_t count) {
  uint64_t all = 0;
  if (count >= 8) {
    __builtin_memcpy(&all, from, 8);
    return all;
  }
  if (count >= 4) {
    uint32_t low, high;  // they overlap, and agree there
    __builtin_memcpy(&low, from, sizeof low);
    __builtin_memcpy(&high, from + count - 4, sizeof high);
    return low | static_cast<uint64_t>(high) << 8 * (count - 4);
  }
  for (size_t i = 0; i < count; ++i) all |= static_cast<uint64_t>(from[i]) << 8 * i;
  return all;
}

inline uint8x16_t load_16(const uint8_t *from, size_t count) {
  if (count >= 16) return vld1q_u8(from);
  const uint64_t high = count <= 8 ? 0 : load_8(from + 8, count - 8);
  return vreinterpretq_u8_u64(vcombine_u64(vcreate_u64(load_8(from, count)), vcreate_u64(high)));
}

inline void store_8(uint8_t *to, uint64_t v, size_t count) {
  if (count >= 8) {
    __builtin_memcpy(to, &v, 8);
    return;
  }
  if (count >= 4) {
    const uint32_t low = static_cast<uint32_t>(v), high = static_cast<uint32_t>(v >> 8 * (count - 4));
    __builtin_memcpy(to, &low, sizeof low);
    __builtin_memcpy(to + count - 4, &high, sizeof high);
    return;
  }
  for (size_t i = 0; i < count; ++i) to[i] = static_cast<uint8_t>(v >> 8 * i);
}

struct Lanes {
  using Ints = int32x4_t;
  using Floats = float32x4_t;
  static constexpr size_t bytes = 16;

  static int8x16_t as_bytes(Ints a) { return vreinterpretq_s8_s32(a); }
  static int16x8_t as_words(Ints a) { return vreinterpretq_s16_s32(a); }
  static uint32x4_t as_unsigned(Ints a) { return vreinterpretq_u32_s32(a); }
  static Ints ints(int8x16_t a) { return vreinterpretq_s32_s8(a); }
  static Ints ints(int16x8_t a) { return vreinterpretq_s32_s16(a); }
  static Ints ints(uint8x16_t a) { return vreinterpretq_s32_u8(a); }
  static Ints ints(uint16x8_t a) { return vreinterpretq_s32_u16(a); }
  static Ints ints(uint32x4_t a) { return vreinterpretq_s32_u32(a); }

  // The first `count` bytes, zeros behind them, and nothing else is touched; all, where count is a vector or more.
  static Ints load(const void *from, size_t count) { return ints(load_16(static_cast<const uint8_t *>(from), count)); }
  static void store(void *to, Ints v, size_t count) {
    uint8_t *const first = static_cast<uint8_t *>(to);
    if (count >= bytes) return vst1q_u8(first, vreinterpretq_u8_s32(v));
    store_8(first, vgetq_lane_u64(vreinterpretq_u64_s32(v), 0), count);
    if (count > 8) store_8(first + 8, vgetq_lane_u64(vreinterpretq_u64_s32(v), 1), count - 8);
  }
  // Four bytes, or the first `count`, zeros behind them, as 32-bit integers.
  static Ints load_widened(const uint8_t *from, bool is_signed, size_t count) {
    const uint64_t four = load_8(from, count < bytes / 4 ? count : bytes / 4);
    const int16x4_t s = vget_low_s16(vmovl_s8(vcreate_s8(four)));
    const uint16x4_t u = vget_low_u16(vmovl_u8(vcreate_u8(four)));
    return is_signed ? vmovl_s16(s) : ints(vmovl_u16(u));
  }

  static Ints all_bytes(int32_t v) { return ints(vdupq_n_s8(static_cast<int8_t>(v))); }
  static Ints all_words(int32_t v) { return ints(vdupq_n_s16(static_cast<int16_t>(v))); }
  static Ints all_ints(int32_t v) { return vdupq_n_s32(v); }
  static Floats all_floats(float v) { return vdupq_n_f32(v); }

  // The lower and upper halves of two vectors interleaved, and the way back, saturating.
  static Ints low_bytes(Ints a, Ints b) { return ints(vzip1q_s8(as_bytes(a), as_bytes(b))); }
  static Ints high_bytes(Ints a, Ints b) { return ints(vzip2q_s8(as_bytes(a), as_bytes(b))); }
  static Ints low_words(Ints a, Ints b) { return ints(vzip1q_s16(as_words(a), as_words(b))); }
  static Ints high_words(Ints a, Ints b) { return ints(vzip2q_s16(as_words(a), as_words(b))); }
  static Ints pack_ints(Ints a, Ints b) { return ints(vqmovn_high_s32(vqmovn_s32(a), b)); }
  static Ints pack_words(Ints a, Ints b) { return ints(vqmovn_high_s16(vqmovn_s16(as_words(a)), as_words(b))); }
  // Four whole vectors of integers packed twice are in their order.
  static Ints in_order(Ints packed) { return packed; }

  // The parts of a vector, WIDTH bytes each, `stride` bytes apart.
  template <size_t WIDTH>
  static void store_parts(Ints v, uint8_t *to, ptrdiff_t stride) {
    if constexpr (WIDTH == 8) {
      vst1_u8(to, vget_low_u8(vreinterpretq_u8_s32(v)));
      vst1_u8(to + stride, vget_high_u8(vreinterpretq_u8_s32(v)));
    } else {
      static_assert(WIDTH == 4);
      alignas(16) uint8_t parts[bytes];
      vst1q_u8(parts, vreinterpretq_u8_s32(v));
      for (size_t i = 0; i < 4; ++i, to += stride) __builtin_memcpy(to, parts + 4 * i, 4);
    }
  }

  static Ints flip(Ints a, Ints b) { return veorq_s32(a, b); }
  static Ints largest(Ints a, Ints b, bool is_signed) {
    return is_signed ? ints(vmaxq_s8(as_bytes(a), as_bytes(b)))
                     : ints(vmaxq_u8(vreinterpretq_u8_s32(a), vreinterpretq_u8_s32(b)));
  }
  static Ints smallest(Ints a, Ints b) { return ints(vminq_s8(as_bytes(a), as_bytes(b))); }
  static Ints add_words(Ints a, Ints b) { return ints(vaddq_s16(as_words(a), as_words(b))); }
  static Ints add_words_saturating(Ints a, Ints b) { return ints(vqaddq_s16(as_words(a), as_words(b))); }
  static Ints subtract_words(Ints a, Ints b) { return ints(vsubq_s16(as_words(a), as_words(b))); }
  static Ints upper_bytes(Ints words) { return ints(vshrq_n_u16(vreinterpretq_u16_s32(words), 8)); }
  static Ints lower_to_upper(Ints words) { return ints(vshlq_n_s16(as_words(words), 8)); }
  static Ints add(Ints a, Ints b) { return vaddq_s32(a, b); }
  static Ints subtract(Ints a, Ints b) { return vsubq_s32(a, b); }
  static Ints multiply(Ints a, Ints b) { return vmulq_s32(a, b); }
  static Ints shift_left(Ints a, Ints b) { return vshlq_s32(a, b); }
  static Ints shift_right(Ints a, Ints b) { return vshlq_s32(a, vnegq_s32(b)); }
  static Ints sign_bit(Ints a) { return ints(vshrq_n_u32(as_unsigned(a), 31)); }
  static Ints half(Ints a) { return ints(vshrq_n_u32(as_unsigned(a), 1)); }  // of numbers that are not negative
  static Ints largest_ints(Ints a, Ints b) { return vmaxq_s32(a, b); }
  static Ints both(Ints a, Ints b) { return vandq_s32(a, b); }
  // a, and one more where x > y.
  static Ints add_one_where_greater(Ints a, Ints x, Ints y) { return vsubq_s32(a, ints(vcgtq_s32(x, y))); }
  // (a * b + 2^30) >> 31 in 64 bits; never are both -2^31.
  static Ints multiply_high(Ints a, Ints b) { return vqrdmulhq_s32(a, b); }

  static Floats same_bits(Ints a) { return vreinterpretq_f32_s32(a); }
  static Ints same_bits(Floats a) { return vreinterpretq_s32_f32(a); }
  static Floats to_floats(Ints a) { return vcvtq_f32_s32(a); }
  static Ints round_even(Floats a) { return vcvtnq_s32_f32(a); }
  static Ints truncate(Floats a) { return vcvtq_s32_f32(a); }
  static Floats with_sign_of(Floats magnitude, Floats a) {
    return vbslq_f32(vdupq_n_u32(UINT32_C(1) << 31), a, magnitude);
  }
  static Floats fma(Floats a, Floats b, Floats c) { return vfmaq_f32(c, a, b); }
  static Floats smallest(Floats a, Floats b) { return vminnmq_f32(a, b); }  // b where a is a NaN, a quiet one
};

}  // namespace
}  // namespace accord
