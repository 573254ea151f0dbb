// Groups of four rows for vpdpbusd on 512 bits.
#include "../lanes_avx512.hpp"
#include "../lookup_avx512.hpp"
#include "quads.hpp"
#define ACCORD_UNIT depthwise_avx512vnni

namespace accord {
namespace {

struct Grouping : Quads {
  static __m512i multiply(__m512i sums, __m512i x, __m512i w) { return _mm512_dpbusd_epi32(sums, x, w); }
};

}  // namespace
}  // namespace accord

#include "vector.inc"
