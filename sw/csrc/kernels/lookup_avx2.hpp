// A table of 256 bytes as sixteen shuffles: the low half of an index chooses within each, the high half among them. For
// units with AVX2.
#pragma once
#include <immintrin.h>
#include <stdint.h>

namespace accord {
namespace {

class Table {
 public:
  explicit Table(const uint8_t *entries) {
    for (int i = 0; i < 16; ++i)
      part_[i] = _mm256_broadcastsi128_si256(_mm_loadu_si128(reinterpret_cast<const __m128i *>(entries + 16 * i)));
  }

  __m256i operator[](__m256i x) const {
    const __m256i low = _mm256_and_si256(x, _mm256_set1_epi8(15));
    __m256i found[16];
#pragma GCC unroll 16
    for (int i = 0; i < 16; ++i) found[i] = _mm256_shuffle_epi8(part_[i], low);
    // a blend looks at the top bit of each byte: bits 4 to 7 of the index come there in turn
#pragma GCC unroll 4
    for (int bit = 4, left = 8; bit < 8; ++bit, left /= 2) {
      const __m256i choice = _mm256_slli_epi16(x, 7 - bit);
#pragma GCC unroll 8
      for (int i = 0; i < left; ++i) found[i] = _mm256_blendv_epi8(found[2 * i], found[2 * i + 1], choice);
    }
    return found[0];
  }

 private:
  __m256i part_[16];
};

}  // namespace
}  // namespace accord
