#include <immintrin.h>

#include "../../../sw/csrc/registry/capability.hpp"
#include "peaks.hpp"

namespace accord::bench {
namespace {

constexpr int sums = 24;
constexpr unsigned vnni512 = cap_avx512f | cap_avx512vnni;
constexpr unsigned vnni256 = vnni512 | cap_avx512vl;

// INSTRUCTION on registers 8 to 31 of KIND, a step; 0 and 1, the operands, are zero.
#define ACCORD_PEAK(NAME, INSTRUCTION, KIND)                                                                     \
  void NAME(size_t steps) {                                                                                      \
    asm volatile(                                                                                                \
        ".irp n,0,1,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31\n"                     \
        " vpxord %%zmm\\n, %%zmm\\n, %%zmm\\n\n .endr" ::                                                        \
            : CLOBBERED);                                                                                        \
    for (size_t i = 0; i < steps; ++i)                                                                           \
      asm volatile(".irp n,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31\n " INSTRUCTION \
                   " %%" KIND "1, %%" KIND "0, %%" KIND "\\n\n .endr" ::                                         \
                       : CLOBBERED);                                                                             \
  }
#define CLOBBERED                                                                                                  \
  "xmm0", "xmm1", "xmm8", "xmm9", "xmm10", "xmm11", "xmm12", "xmm13", "xmm14", "xmm15", "xmm16", "xmm17", "xmm18", \
      "xmm19", "xmm20", "xmm21", "xmm22", "xmm23", "xmm24", "xmm25", "xmm26", "xmm27", "xmm28", "xmm29", "xmm30",  \
      "xmm31"

ACCORD_PEAK(products512, "vpdpbusd", "zmm")
ACCORD_PEAK(products256, "vpdpbusd", "ymm")
ACCORD_PEAK(fma, "vfmadd231ps", "zmm")

}  // namespace

const Peak avx512_peaks[3] = {
    {"vnni512", vnni512, sums * 128, products512},
    {"vnni256", vnni256, sums * 64, products256},
    {"fp32.512", cap_avx512f, sums * 32, fma},
};

void read_avx512(const void *data, size_t bytes) {
  const auto from = static_cast<const __m512i *>(data);
  for (size_t i = 0; i < bytes / sizeof(__m512i); i += 8)
#pragma GCC unroll 8
    for (size_t j = 0; j < 8; ++j) {
      __m512i v = _mm512_load_si512(from + i + j);
      asm volatile("" : "+v"(v));
    }
}

}  // namespace accord::bench
