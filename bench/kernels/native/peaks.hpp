// Loops that do nothing but multiply and add, operands in registers: what a kernel at its best can come near.
#pragma once
#include <stddef.h>

namespace accord::bench {

struct Peak {
  const char *name;
  unsigned needs;  // capabilities
  double work;     // operations a step: two a multiply-accumulate
  void (*run)(size_t steps);
};

extern const Peak avx2_peaks[2], avx512_peaks[3];

// Reads `bytes`, a multiple of 1,024 from an aligned address on, once.
void read_avx2(const void *data, size_t bytes);
void read_avx512(const void *data, size_t bytes);

}  // namespace accord::bench
