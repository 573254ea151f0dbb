// A table of 256 bytes in registers, with AVX-512 VBMI.
#pragma once
#include <immintrin.h>
#include <stdint.h>

namespace accord {
namespace {

// Seven bits of an index choose among two vectors of entries, the eighth which two.
class Table {
 public:
  explicit Table(const uint8_t *entries) {
    for (int i = 0; i < 4; ++i) bytes_[i] = _mm512_loadu_si512(entries + 64 * i);
  }

  __m512i operator[](__m512i x) const {
    return _mm512_mask_blend_epi8(_mm512_movepi8_mask(x), _mm512_permutex2var_epi8(bytes_[0], x, bytes_[1]),
                                  _mm512_permutex2var_epi8(bytes_[2], x, bytes_[3]));
  }

 private:
  __m512i bytes_[4];
};

}  // namespace
}  // namespace accord
