// 32-bit sums, one row a pixel and one column a channel, to the output.
#pragma once
#include "../registry/registry.hpp"
#include "settings.hpp"

namespace accord {

struct Rows {
  const int32_t *data;
  size_t count, columns;
  size_t stride;  // entries from row to row
};

// With one multiplier for all, or one a column.
void requantize(const RequantizeTable &table, const OutputSettings &output, const Rows &sums, uint8_t *out,
                ptrdiff_t out_stride);

}  // namespace accord
