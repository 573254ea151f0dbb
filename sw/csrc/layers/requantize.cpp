#include "requantize.hpp"

#include "float_state.hpp"

namespace accord {

void requantize(const RequantizeTable &table, const OutputSettings &output, const Rows &sums, uint8_t *out,
                ptrdiff_t out_stride) {
  const FloatState state;
  const ChannelData channels(output, 0, sums.columns, std::vector<int32_t>(sums.columns, 0));
  const Sums block = {
      .data = sums.data, .stride = sums.stride, .rows = sums.count, .columns = sums.columns, .channel = 0};
  table.run(channels.epilogue(), block, out, out_stride);
}

}  // namespace accord
