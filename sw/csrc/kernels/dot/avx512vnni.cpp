// 64 bytes at a time; masked at the end.
#include "../sum_avx2.hpp"
#include "dot.hpp"

namespace accord {
namespace {

// The intrinsic for this ends in signed additions, whose overflow is undefined.
inline int32_t sum_lanes(__m512i lanes) {
  return sum_lanes(_mm256_add_epi32(_mm512_castsi512_si256(lanes), _mm512_extracti64x4_epi64(lanes, 1)));
}

inline __mmask64 first_bytes(size_t count) { return count < 64 ? (UINT64_C(1) << count) - 1 : ~UINT64_C(0); }

int32_t total(const int8_t *w, size_t count) {
  __m512i sum = _mm512_setzero_si512();
  for (size_t i = 0; i < count; i += 64) {
    const __m512i bytes = _mm512_maskz_loadu_epi8(first_bytes(count - i), w + i);
    sum = _mm512_dpbusd_epi32(sum, _mm512_set1_epi8(1), bytes);
  }
  return sum_lanes(sum);
}

// An s8 operand is shifted by 128, which the total of the weights pays for.
int32_t dot(const uint8_t *x, bool is_signed, const int8_t *w, size_t count) {
  constexpr size_t chains = 4;  // one sum would wait for itself
  const __m512i flip = _mm512_set1_epi8(is_signed ? static_cast<char>(0x80) : 0);
  __m512i sums[chains] = {};
  const auto add = [&](size_t chain, size_t i, __mmask64 mask) __attribute__((always_inline)) {
    const __m512i bytes = _mm512_xor_si512(_mm512_maskz_loadu_epi8(mask, x + i), flip);
    sums[chain] = _mm512_dpbusd_epi32(sums[chain], bytes, _mm512_maskz_loadu_epi8(mask, w + i));
  };
  size_t i = 0;
  for (; i + 64 * chains <= count; i += 64 * chains)
#pragma GCC unroll 4
    for (size_t j = 0; j < chains; ++j) add(j, i + 64 * j, ~UINT64_C(0));
  for (; i < count; i += 64) add(0, i, first_bytes(count - i));
  const __m512i all = _mm512_add_epi32(_mm512_add_epi32(sums[0], sums[1]), _mm512_add_epi32(sums[2], sums[3]));
  const uint32_t result = static_cast<uint32_t>(sum_lanes(all));
  return static_cast<int32_t>(is_signed ? result - 128u * static_cast<uint32_t>(total(w, count)) : result);
}

}  // namespace

const DotTable dot_avx512vnni = {dot, total};

}  // namespace accord
