// The reference: one multiplication after another.
#include "../scalar_number.hpp"
#include "gemm.hpp"

namespace accord {
namespace {

size_t packed_bytes(const GemmShape &s) { return s.taps * s.depth * s.columns; }

void pack(const GemmShape &s, const int8_t *weights, void *packed) {
  int8_t *out = static_cast<int8_t *>(packed);
  for (size_t i = 0; i < packed_bytes(s); ++i) out[i] = weights[i];
}

size_t scratch_bytes(const GemmShape &, size_t) { return 0; }

int32_t sum(const GemmCall &c, size_t row, size_t column) {
  const int8_t *weights = static_cast<const int8_t *>(c.weights);
  uint32_t total = 0;
  for (size_t t = 0; t < c.part.taps; ++t)
    for (size_t k = 0; k < c.part.bytes; ++k) {
      const int32_t x = load_activation(c.rows[t * c.count + row] + k, c.is_signed);
      const size_t depth = (c.part.first_tap + t) * c.shape.depth + c.part.first_byte + k;
      const int32_t w = weights[depth * c.shape.columns + column];
      total += static_cast<uint32_t>(x * w);
    }
  return wrap(total);
}

void run(const GemmCall &c) {
  const size_t item = c.epilogue->contract == contract_s32 ? sizeof(int32_t) : 1;
  each_tile(c, 1, [&](size_t i, size_t, uint8_t *out) {
    for (size_t n = 0; n < c.shape.columns; ++n) finish(*c.epilogue, sum(c, i, n), n, out + n * item);
  });
}

}  // namespace

const GemmTable gemm_scalar = {{0, 0}, 64, packed_bytes, pack, scratch_bytes, run};

}  // namespace accord
