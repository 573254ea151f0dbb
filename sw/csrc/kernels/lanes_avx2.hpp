// What a vector of 256 bits is and does, under the names that sources for any width use. For units with AVX2 and FMA.
#pragma once
#include <immintrin.h>
#include <stddef.h>
#include <stdint.h>

namespace accord {
namespace {

// The first `count` bytes, zeros behind them, and nothing else is touched: in pieces of a fixed size, because a call to
// copy them would cost more than what is done with them.
inline uint64_t load_8(const uint8_t *from, size_t count) {
  if (count >= 4) {
    uint32_t low, high;  // they overlap, and agree there
    __builtin_memcpy(&low, from, sizeof low);
    __builtin_memcpy(&high, from + count - 4, sizeof high);
    return low | static_cast<uint64_t>(high) << 8 * (count - 4);
  }
  uint64_t all = 0;
  for (size_t i = 0; i < count; ++i) all |= static_cast<uint64_t>(from[i]) << 8 * i;
  return all;
}

inline __m128i load_16(const uint8_t *from, size_t count) {
  if (count == 16) return _mm_loadu_si128(reinterpret_cast<const __m128i *>(from));
  const int64_t low = static_cast<int64_t>(load_8(from, count < 8 ? count : 8));
  return _mm_set_epi64x(count <= 8 ? 0 : static_cast<int64_t>(load_8(from + 8, count - 8)), low);
}

inline __m256i load_32(const uint8_t *from, size_t count) {
  const __m128i low = load_16(from, count < 16 ? count : 16);
  return _mm256_set_m128i(count <= 16 ? _mm_setzero_si128() : load_16(from + 16, count - 16), low);
}

inline void store_8(uint8_t *to, uint64_t v, size_t count) {
  if (count >= 4) {
    const uint32_t low = static_cast<uint32_t>(v), high = static_cast<uint32_t>(v >> 8 * (count - 4));
    __builtin_memcpy(to, &low, sizeof low);
    __builtin_memcpy(to + count - 4, &high, sizeof high);
    return;
  }
  for (size_t i = 0; i < count; ++i) to[i] = static_cast<uint8_t>(v >> 8 * i);
}

inline void store_16(uint8_t *to, __m128i v, size_t count) {
  if (count == 16) {
    _mm_storeu_si128(reinterpret_cast<__m128i *>(to), v);
    return;
  }
  store_8(to, static_cast<uint64_t>(_mm_cvtsi128_si64(v)), count < 8 ? count : 8);
  if (count > 8) store_8(to + 8, static_cast<uint64_t>(_mm_extract_epi64(v, 1)), count - 8);
}

// Of 16 bytes, those at 16 places; zero where a place is negative.
using Sixteen = __m128i;
inline Sixteen chosen(Sixteen v, Sixteen at) { return _mm_shuffle_epi8(v, at); }

struct Lanes {
  using Ints = __m256i;
  using Floats = __m256;
  static constexpr size_t bytes = 32;

  // The first `count` bytes, zeros behind them, and nothing else is touched; all, where count is a vector or more.
  static Ints load(const void *from, size_t count) {
    return count < bytes ? load_32(static_cast<const uint8_t *>(from), count)
                         : _mm256_loadu_si256(static_cast<const __m256i *>(from));
  }
  static void store(void *to, Ints v, size_t count) {
    if (count >= bytes) {
      _mm256_storeu_si256(static_cast<__m256i *>(to), v);
      return;
    }
    store_16(static_cast<uint8_t *>(to), _mm256_castsi256_si128(v), count < 16 ? count : 16);
    if (count > 16) store_16(static_cast<uint8_t *>(to) + 16, _mm256_extracti128_si256(v, 1), count - 16);
  }
  // Eight bytes, or the first `count`, zeros behind them, as 32-bit integers.
  static Ints load_widened(const uint8_t *from, bool is_signed, size_t count) {
    const __m128i v = _mm_cvtsi64_si128(static_cast<int64_t>(load_8(from, count < bytes / 4 ? count : bytes / 4)));
    return is_signed ? _mm256_cvtepi8_epi32(v) : _mm256_cvtepu8_epi32(v);
  }

  // A quarter of a vector, or the first `count` bytes of it; what lies behind them is not read.
  static __m128i load_quarter(const uint8_t *from, size_t count) {
    return count < bytes / 4 ? _mm_cvtsi64_si128(static_cast<int64_t>(load_8(from, count)))
                             : _mm_loadl_epi64(reinterpret_cast<const __m128i *>(from));
  }

  static Ints all_bytes(int32_t v) { return _mm256_set1_epi8(static_cast<char>(v)); }
  static Ints all_words(int32_t v) { return _mm256_set1_epi16(static_cast<short>(v)); }
  static Ints all_ints(int32_t v) { return _mm256_set1_epi32(v); }
  static Floats all_floats(float v) { return _mm256_set1_ps(v); }

  // The lower and upper halves of each 128 bits of two vectors interleaved, and the way back, saturating.
  static Ints low_bytes(Ints a, Ints b) { return _mm256_unpacklo_epi8(a, b); }
  static Ints high_bytes(Ints a, Ints b) { return _mm256_unpackhi_epi8(a, b); }
  static Ints low_words(Ints a, Ints b) { return _mm256_unpacklo_epi16(a, b); }
  static Ints high_words(Ints a, Ints b) { return _mm256_unpackhi_epi16(a, b); }
  static Ints pack_ints(Ints a, Ints b) { return _mm256_packs_epi32(a, b); }
  static Ints pack_words(Ints a, Ints b) { return _mm256_packs_epi16(a, b); }
  // Four whole vectors of integers packed twice, in their order.
  static Ints in_order(Ints packed) {
    return _mm256_permutevar8x32_epi32(packed, _mm256_setr_epi32(0, 4, 1, 5, 2, 6, 3, 7));
  }

  // The 128-bit parts of four vectors: the first of each, then the next.
  static void sort_quarters(Ints *v) {
    const Ints a = _mm256_permute2x128_si256(v[0], v[1], 0x20), b = _mm256_permute2x128_si256(v[2], v[3], 0x20);
    const Ints c = _mm256_permute2x128_si256(v[0], v[1], 0x31), d = _mm256_permute2x128_si256(v[2], v[3], 0x31);
    v[0] = a, v[1] = b, v[2] = c, v[3] = d;
  }

  // The parts of a vector, WIDTH bytes each, `stride` bytes apart.
  template <size_t WIDTH>
  static void store_parts(Ints v, uint8_t *to, ptrdiff_t stride) {
    const __m128i low = _mm256_castsi256_si128(v), high = _mm256_extracti128_si256(v, 1);
    if constexpr (WIDTH == 16) {
      _mm_storeu_si128(reinterpret_cast<__m128i *>(to), low);
      _mm_storeu_si128(reinterpret_cast<__m128i *>(to + stride), high);
    } else {
      _mm_storel_epi64(reinterpret_cast<__m128i *>(to), low);
      _mm_storel_epi64(reinterpret_cast<__m128i *>(to + stride), _mm_unpackhi_epi64(low, low));
      _mm_storel_epi64(reinterpret_cast<__m128i *>(to + 2 * stride), high);
      _mm_storel_epi64(reinterpret_cast<__m128i *>(to + 3 * stride), _mm_unpackhi_epi64(high, high));
    }
  }

  static Ints flip(Ints a, Ints b) { return _mm256_xor_si256(a, b); }
  static Ints largest(Ints a, Ints b, bool is_signed) {
    return is_signed ? _mm256_max_epi8(a, b) : _mm256_max_epu8(a, b);
  }
  static Ints smallest(Ints a, Ints b) { return _mm256_min_epi8(a, b); }
  static Ints add_words(Ints a, Ints b) { return _mm256_add_epi16(a, b); }
  static Ints add_words_saturating(Ints a, Ints b) { return _mm256_adds_epi16(a, b); }
  static Ints subtract_words(Ints a, Ints b) { return _mm256_sub_epi16(a, b); }
  static Ints upper_bytes(Ints words) { return _mm256_srli_epi16(words, 8); }
  static Ints lower_to_upper(Ints words) { return _mm256_slli_epi16(words, 8); }
  static Ints add(Ints a, Ints b) { return _mm256_add_epi32(a, b); }
  static Ints subtract(Ints a, Ints b) { return _mm256_sub_epi32(a, b); }
  static Ints multiply(Ints a, Ints b) { return _mm256_mullo_epi32(a, b); }
  static Ints shift_left(Ints a, Ints b) { return _mm256_sllv_epi32(a, b); }
  static Ints shift_right(Ints a, Ints b) { return _mm256_srav_epi32(a, b); }
  static Ints sign_bit(Ints a) { return _mm256_srli_epi32(a, 31); }
  static Ints half(Ints a) { return _mm256_srli_epi32(a, 1); }  // of numbers that are not negative
  static Ints largest_ints(Ints a, Ints b) { return _mm256_max_epi32(a, b); }
  static Ints both(Ints a, Ints b) { return _mm256_and_si256(a, b); }
  // a, and one more where x > y.
  static Ints add_one_where_greater(Ints a, Ints x, Ints y) { return _mm256_sub_epi32(a, _mm256_cmpgt_epi32(x, y)); }
  // (a * b + 2^30) >> 31 in 64 bits.
  static Ints multiply_high(Ints a, Ints b) {
    const Ints half = _mm256_set1_epi64x(INT64_C(1) << 30);
    const Ints odd_a = _mm256_srli_epi64(a, 32), odd_b = _mm256_srli_epi64(b, 32);
    const Ints even = _mm256_srli_epi64(_mm256_add_epi64(_mm256_mul_epi32(a, b), half), 31);
    const Ints odd = _mm256_slli_epi64(_mm256_add_epi64(_mm256_mul_epi32(odd_a, odd_b), half), 1);
    return _mm256_blend_epi32(even, odd, 0xaa);
  }

  static Floats same_bits(Ints a) { return _mm256_castsi256_ps(a); }
  static Ints same_bits(Floats a) { return _mm256_castps_si256(a); }
  static Floats to_floats(Ints a) { return _mm256_cvtepi32_ps(a); }
  static Ints round_even(Floats a) { return _mm256_cvtps_epi32(a); }
  static Ints truncate(Floats a) { return _mm256_cvttps_epi32(a); }
  static Floats with_sign_of(Floats magnitude, Floats a) {
    return _mm256_or_ps(_mm256_and_ps(a, _mm256_set1_ps(-0.0f)), magnitude);
  }
  static Floats fma(Floats a, Floats b, Floats c) { return _mm256_fmadd_ps(a, b, c); }
  static Floats smallest(Floats a, Floats b) { return _mm256_min_ps(a, b); }  // b where a is a NaN
};

}  // namespace
}  // namespace accord
