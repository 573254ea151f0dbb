#include <immintrin.h>

#include "../../../sw/csrc/registry/capability.hpp"
#include "peaks.hpp"

namespace accord::bench {
namespace {

// Registers 4 to 15 are the sums; assembly, because a compiler keeps such a loop neither whole nor in registers.
constexpr int sums = 12;
#define SUMS "4,5,6,7,8,9,10,11,12,13,14,15"
#define CLOBBERED                                                                                                      \
  "xmm0", "xmm1", "xmm2", "xmm4", "xmm5", "xmm6", "xmm7", "xmm8", "xmm9", "xmm10", "xmm11", "xmm12", "xmm13", "xmm14", \
      "xmm15"

// The exact INT8 product without VNNI: both operands widened to s16 ahead of time, pairs of products added in 32 bits.
void pairs(size_t steps) {
  asm volatile("vzeroall" ::: CLOBBERED, "xmm3");
  for (size_t i = 0; i < steps; ++i)
    asm volatile(".irp sum," SUMS
                 "\n vpmaddwd %%ymm1, %%ymm0, %%ymm2\n vpaddd %%ymm2, %%ymm\\sum, %%ymm\\sum\n .endr" ::
                     : CLOBBERED);
}

void fma(size_t steps) {
  asm volatile("vzeroall" ::: CLOBBERED, "xmm3");
  for (size_t i = 0; i < steps; ++i)
    asm volatile(".irp sum," SUMS "\n vfmadd231ps %%ymm1, %%ymm0, %%ymm\\sum\n .endr" ::: CLOBBERED);
}

}  // namespace

const Peak avx2_peaks[2] = {
    {"avx2", cap_avx2, sums * 32, pairs},
    {"fp32.256", cap_avx2 | cap_fma, sums * 16, fma},
};

void read_avx2(const void *data, size_t bytes) {
  const auto from = static_cast<const __m256i *>(data);
  for (size_t i = 0; i < bytes / sizeof(__m256i); i += 8)
#pragma GCC unroll 8
    for (size_t j = 0; j < 8; ++j) {
      __m256i v = _mm256_load_si256(from + i + j);
      asm volatile("" : "+x"(v));
    }
}

}  // namespace accord::bench
