// The reference: one multiplication after another.
#include "../scalar_number.hpp"
#include "dot.hpp"

namespace accord {
namespace {

int32_t dot(const uint8_t *x, bool is_signed, const int8_t *w, size_t count) {
  uint32_t sum = 0;
  for (size_t i = 0; i < count; ++i) sum += static_cast<uint32_t>(load_activation(x + i, is_signed) * w[i]);
  return wrap(sum);
}

int32_t total(const int8_t *w, size_t count) {
  uint32_t sum = 0;
  for (size_t i = 0; i < count; ++i) sum += static_cast<uint32_t>(w[i]);
  return wrap(sum);
}

}  // namespace

const DotTable dot_scalar = {dot, total};

}  // namespace accord
