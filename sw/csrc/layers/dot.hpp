// The dot product of two vectors, its zero point taken out.
#pragma once
#include "../registry/registry.hpp"
#include "matmul.hpp"

namespace accord {

// bias + sum of (x[i] - zero) * w[i], modulo 2^32.
int32_t dot(const DotTable &table, const uint8_t *x, const int8_t *w, size_t count, InputSettings input, int32_t bias);

}  // namespace accord
