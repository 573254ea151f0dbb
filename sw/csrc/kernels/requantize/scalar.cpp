// The reference: one sum after another.
#include "requantize.hpp"

#include "../scalar_number.hpp"

namespace accord {
namespace {

void run(const Epilogue &e, const Sums &s, uint8_t *out, ptrdiff_t out_stride) {
  const size_t item = e.contract == contract_s32 ? sizeof(int32_t) : 1;
  for (size_t i = 0; i < s.rows; ++i)
    for (size_t n = 0; n < s.columns; ++n)
      finish(e, s.data[i * s.stride + n], s.channel + n, out + static_cast<ptrdiff_t>(i) * out_stride + n * item);
}

}  // namespace

const RequantizeTable requantize_scalar = {run};

}  // namespace accord
