#include "dot.hpp"

namespace accord {

int32_t dot(const DotTable &table, const uint8_t *x, const int8_t *w, size_t count, InputSettings input, int32_t bias) {
  uint32_t sum = static_cast<uint32_t>(bias) + static_cast<uint32_t>(table.dot(x, input.is_signed, w, count));
  if (input.zero != 0) sum -= static_cast<uint32_t>(input.zero) * static_cast<uint32_t>(table.total(w, count));
  return static_cast<int32_t>(sum);
}

}  // namespace accord
