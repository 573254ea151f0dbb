// A table of 256 bytes in registers, without AVX-512 VBMI. For units with AVX-512 F and BW.
#pragma once
#include <immintrin.h>
#include <stdint.h>

namespace accord {
namespace {

// 128 words of two entries each: seven bits of an index choose the word, its last bit the entry.
class Table {
 public:
  explicit Table(const uint8_t *entries) {
    for (int i = 0; i < 4; ++i) words_[i] = _mm512_loadu_si512(entries + 64 * i);
  }

  __m512i operator[](__m512i x) const {
    constexpr uint64_t odd_bytes = 0xaaaaaaaaaaaaaaaa;
    const __m512i even = word(_mm512_srli_epi16(x, 1), _mm512_movepi16_mask(_mm512_slli_epi16(x, 8)));
    const __m512i odd = word(_mm512_srli_epi16(x, 9), _mm512_movepi16_mask(x));
    const __m512i kept = _mm512_mask_blend_epi8(odd_bytes, even, odd);
    const __m512i swapped = _mm512_or_si512(_mm512_srli_epi16(even, 8), _mm512_slli_epi16(odd, 8));
    const __mmask64 last_bit = _mm512_test_epi8_mask(x, _mm512_set1_epi8(1));
    return _mm512_mask_blend_epi8(last_bit ^ odd_bytes, kept, swapped);
  }

 private:
  // The word that the lowest six bits choose, of the upper half of the table where `upper`.
  __m512i word(__m512i index, __mmask32 upper) const {
    return _mm512_mask_blend_epi16(upper, _mm512_permutex2var_epi16(words_[0], index, words_[1]),
                                   _mm512_permutex2var_epi16(words_[2], index, words_[3]));
  }

  __m512i words_[4];
};

}  // namespace
}  // namespace accord
