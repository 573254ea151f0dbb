// vpdpbusd on 256 bits, in the encoding that the including unit's flags allow: EVEX with AVX-512 VL, else VEX.
#pragma once
#include <immintrin.h>

namespace accord {
namespace {

inline __m256i dot_add(__m256i sums, __m256i unsigned_bytes, __m256i signed_bytes) {
#if defined(__AVX512VNNI__) && defined(__AVX512VL__)
  return _mm256_dpbusd_epi32(sums, unsigned_bytes, signed_bytes);
#else
  return _mm256_dpbusd_avx_epi32(sums, unsigned_bytes, signed_bytes);
#endif
}

}  // namespace
}  // namespace accord
