// What a vector of 512 bits is and does, under the names that sources for any width use. For units with AVX-512 F, BW,
// DQ and VL.
#pragma once
#include <immintrin.h>
#include <stddef.h>
#include <stdint.h>

namespace accord {
namespace {

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

  static Floats same_bits(Ints a) { return _mm512_castsi512_ps(a); }
  static Ints same_bits(Floats a) { return _mm512_castps_si512(a); }
  static Floats to_floats(Ints a) { return _mm512_cvtepi32_ps(a); }
  static Ints round_even(Floats a) { return _mm512_cvtps_epi32(a); }
  static Floats fma(Floats a, Floats b, Floats c) { return _mm512_fmadd_ps(a, b, c); }
  static Floats smallest(Floats a, Floats b) { return _mm512_min_ps(a, b); }  // b where a is a NaN
};

}  // namespace
}  // namespace accord
