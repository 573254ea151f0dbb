// Dot product of two vectors of bytes: what an instruction set offers.
#pragma once
#include <stddef.h>
#include <stdint.h>

namespace accord {

struct DotTable {
  // Sums modulo 2^32: of x[i] * w[i], and of w[i].
  int32_t (*dot)(const uint8_t *x, bool is_signed, const int8_t *w, size_t count);
  int32_t (*total)(const int8_t *w, size_t count);
};

extern const DotTable dot_scalar, dot_wasm, dot_avx2, dot_avxvnni, dot_vnni256, dot_avx512vnni, dot_neon, dot_neondot;

}  // namespace accord
