// What a vector of 512 bits is and does, under the names that sources for any width use. For units with AVX-512 F, BW,
// DQ and VL.
#pragma once
#include <immintrin.h>
#include <stddef.h>
#include <stdint.h>

namespace accord {
namespace {

// Of 16 bytes, those at 16 places; zero where a place is negative.
using Sixteen = __m128i;
inline Sixteen chosen(Sixteen v, Sixteen at) { return _mm_shuffle_epi8(v, at); }

struct Lanes {
  using Ints = __m512i;
  using Floats = __m512;
  static constexpr size_t bytes = 64;

  static __mmask64 first(size_t count) { return (UINT64_C(1) << count) - 1; }  // of count < 64 bytes

  // The first `count` bytes, zeros behind them, and nothing else is touched; all, where count is a vector or more.
  static Ints load(const void *from, size_t count) {
    return count < bytes ? _mm512_maskz_loadu_epi8(first(count), from) : _mm512_loadu_si512(from);
  }
  static void store(void *to, Ints v, size_t count) {
    if (count < bytes)
      _mm512_mask_storeu_epi8(to, first(count), v);
    else
      _mm512_storeu_si512(to, v);
  }
  // Sixteen bytes, or the first `count`, zeros behind them, as 32-bit integers.
  static Ints load_widened(const uint8_t *from, bool is_signed, size_t count) {
    const __mmask16 mask = static_cast<__mmask16>(first(count));
    const __m128i v =
        count < bytes / 4 ? _mm_maskz_loadu_epi8(mask, from) : _mm_loadu_si128(reinterpret_cast<const __m128i *>(from));
    return is_signed ? _mm512_cvtepi8_epi32(v) : _mm512_cvtepu8_epi32(v);
  }

  // A quarter of a vector, or the first `count` bytes of it; what lies behind them is not read.
  static __m128i load_quarter(const uint8_t *from, size_t count) {
    return count < bytes / 4 ? _mm_maskz_loadu_epi8(static_cast<__mmask16>(first(count)), from)
                             : _mm_loadu_si128(reinterpret_cast<const __m128i *>(from));
  }

  static Ints all_bytes(int32_t v) { return _mm512_set1_epi8(static_cast<char>(v)); }
  static Ints all_words(int32_t v) { return _mm512_set1_epi16(static_cast<short>(v)); }
  static Ints all_ints(int32_t v) { return _mm512_set1_epi32(v); }
  static Floats all_floats(float v) { return _mm512_set1_ps(v); }

  // The lower and upper halves of each 128 bits of two vectors interleaved, and the way back, saturating.
  static Ints low_bytes(Ints a, Ints b) { return _mm512_unpacklo_epi8(a, b); }
  static Ints high_bytes(Ints a, Ints b) { return _mm512_unpackhi_epi8(a, b); }
  static Ints low_words(Ints a, Ints b) { return _mm512_unpacklo_epi16(a, b); }
  static Ints high_words(Ints a, Ints b) { return _mm512_unpackhi_epi16(a, b); }
  static Ints pack_ints(Ints a, Ints b) { return _mm512_packs_epi32(a, b); }
  static Ints pack_words(Ints a, Ints b) { return _mm512_packs_epi16(a, b); }
  // Four whole vectors of integers packed twice, in their order.
  static Ints in_order(Ints packed) {
    return _mm512_permutexvar_epi32(_mm512_setr_epi32(0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15), packed);
  }

  // The 128-bit parts of four vectors: the first of each, then the next.
  static void sort_quarters(Ints *v) {
    const Ints a = _mm512_shuffle_i32x4(v[0], v[1], 0x44), b = _mm512_shuffle_i32x4(v[2], v[3], 0x44);
    const Ints c = _mm512_shuffle_i32x4(v[0], v[1], 0xee), d = _mm512_shuffle_i32x4(v[2], v[3], 0xee);
    v[0] = _mm512_shuffle_i32x4(a, b, 0x88), v[1] = _mm512_shuffle_i32x4(a, b, 0xdd);
    v[2] = _mm512_shuffle_i32x4(c, d, 0x88), v[3] = _mm512_shuffle_i32x4(c, d, 0xdd);
  }

  // The parts of a vector, WIDTH bytes each, `stride` bytes apart.
  template <size_t WIDTH>
  static void store_parts(Ints v, uint8_t *to, ptrdiff_t stride) {
    if constexpr (WIDTH == 32) {
      _mm256_storeu_si256(reinterpret_cast<__m256i *>(to), _mm512_castsi512_si256(v));
      _mm256_storeu_si256(reinterpret_cast<__m256i *>(to + stride), _mm512_extracti64x4_epi64(v, 1));
    } else if constexpr (WIDTH == 24) {  // of 32
      store_three_quarters(_mm512_castsi512_si256(v), to);
      store_three_quarters(_mm512_extracti64x4_epi64(v, 1), to + stride);
    } else if constexpr (WIDTH == 8) {
      store_halves(_mm512_castsi512_si128(v), to, stride);
      store_halves(_mm512_extracti32x4_epi32(v, 1), to + 2 * stride, stride);
      store_halves(_mm512_extracti32x4_epi32(v, 2), to + 4 * stride, stride);
      store_halves(_mm512_extracti32x4_epi32(v, 3), to + 6 * stride, stride);
    } else {
      _mm_storeu_si128(reinterpret_cast<__m128i *>(to), _mm512_castsi512_si128(v));
      _mm_storeu_si128(reinterpret_cast<__m128i *>(to + stride), _mm512_extracti32x4_epi32(v, 1));
      _mm_storeu_si128(reinterpret_cast<__m128i *>(to + 2 * stride), _mm512_extracti32x4_epi32(v, 2));
      _mm_storeu_si128(reinterpret_cast<__m128i *>(to + 3 * stride), _mm512_extracti32x4_epi32(v, 3));
    }
  }

  static void store_three_quarters(__m256i v, uint8_t *to) {
    _mm_storeu_si128(reinterpret_cast<__m128i *>(to), _mm256_castsi256_si128(v));
    _mm_storel_epi64(reinterpret_cast<__m128i *>(to + 16), _mm256_extracti128_si256(v, 1));
  }
  static void store_halves(__m128i v, uint8_t *to, ptrdiff_t stride) {
    _mm_storel_epi64(reinterpret_cast<__m128i *>(to), v);
    _mm_storel_epi64(reinterpret_cast<__m128i *>(to + stride), _mm_unpackhi_epi64(v, v));
  }

  static Ints flip(Ints a, Ints b) { return _mm512_xor_si512(a, b); }
  static Ints largest(Ints a, Ints b, bool is_signed) {
    return is_signed ? _mm512_max_epi8(a, b) : _mm512_max_epu8(a, b);
  }
  static Ints smallest(Ints a, Ints b) { return _mm512_min_epi8(a, b); }
  static Ints add_words(Ints a, Ints b) { return _mm512_add_epi16(a, b); }
  static Ints add_words_saturating(Ints a, Ints b) { return _mm512_adds_epi16(a, b); }
  static Ints subtract_words(Ints a, Ints b) { return _mm512_sub_epi16(a, b); }
  static Ints upper_bytes(Ints words) { return _mm512_srli_epi16(words, 8); }
  static Ints lower_to_upper(Ints words) { return _mm512_slli_epi16(words, 8); }
  static Ints add(Ints a, Ints b) { return _mm512_add_epi32(a, b); }
  static Ints subtract(Ints a, Ints b) { return _mm512_sub_epi32(a, b); }
  static Ints multiply(Ints a, Ints b) { return _mm512_mullo_epi32(a, b); }
  static Ints shift_left(Ints a, Ints b) { return _mm512_sllv_epi32(a, b); }
  static Ints shift_right(Ints a, Ints b) { return _mm512_srav_epi32(a, b); }
  static Ints sign_bit(Ints a) { return _mm512_srli_epi32(a, 31); }
  static Ints half(Ints a) { return _mm512_srli_epi32(a, 1); }  // of numbers that are not negative
  static Ints largest_ints(Ints a, Ints b) { return _mm512_max_epi32(a, b); }
  static Ints both(Ints a, Ints b) { return _mm512_and_si512(a, b); }
  // a, and one more where x > y.
  static Ints add_one_where_greater(Ints a, Ints x, Ints y) {
    return _mm512_mask_add_epi32(a, _mm512_cmpgt_epi32_mask(x, y), a, _mm512_set1_epi32(1));
  }
  // (a * b + 2^30) >> 31 in 64 bits.
  static Ints multiply_high(Ints a, Ints b) {
    const Ints half = _mm512_set1_epi64(INT64_C(1) << 30);
    const Ints odd_a = _mm512_srli_epi64(a, 32), odd_b = _mm512_srli_epi64(b, 32);
    const Ints even = _mm512_srli_epi64(_mm512_add_epi64(_mm512_mul_epi32(a, b), half), 31);
    const Ints odd = _mm512_slli_epi64(_mm512_add_epi64(_mm512_mul_epi32(odd_a, odd_b), half), 1);
    return _mm512_mask_blend_epi32(0xaaaa, even, odd);
  }

  static Floats same_bits(Ints a) { return _mm512_castsi512_ps(a); }
  static Ints same_bits(Floats a) { return _mm512_castps_si512(a); }
  static Floats to_floats(Ints a) { return _mm512_cvtepi32_ps(a); }
  static Ints round_even(Floats a) { return _mm512_cvtps_epi32(a); }
  static Ints truncate(Floats a) { return _mm512_cvttps_epi32(a); }
  static Floats with_sign_of(Floats magnitude, Floats a) {
    return _mm512_or_ps(_mm512_and_ps(a, _mm512_set1_ps(-0.0f)), magnitude);
  }
  static Floats fma(Floats a, Floats b, Floats c) { return _mm512_fmadd_ps(a, b, c); }
  static Floats smallest(Floats a, Floats b) { return _mm512_min_ps(a, b); }  // b where a is a NaN
};

}  // namespace
}  // namespace accord
