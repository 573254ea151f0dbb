#include "settings.hpp"

#include <algorithm>

namespace accord {
namespace {

size_t padded(size_t channels) { return (channels + channel_padding - 1) / channel_padding * channel_padding; }

// The part of an array that belongs to some channels, zeros behind it; a single entry serves them all.
template <class T>
std::vector<T> slice(const std::vector<T> &values, size_t first, size_t channels) {
  std::vector<T> part(padded(channels), T{});
  if (values.size() == 1) std::fill_n(part.begin(), channels, values[0]);
  if (values.size() > 1) std::copy_n(values.begin() + static_cast<ptrdiff_t>(first), channels, part.begin());
  return part;
}

}  // namespace

size_t OutputSettings::entries() const { return std::max(multiplier.size(), fraction.size()); }

ChannelData::ChannelData(const OutputSettings &output, size_t first, size_t channels, std::vector<int32_t> bias)
    : output_(output), bias_(std::move(bias)) {
  output_.multiplier = slice(output.multiplier, first, channels);
  output_.fraction = slice(output.fraction, first, channels);
  output_.shift = slice(output.shift, first, channels);
  bias_.resize(padded(channels), 0);
  is_small_ = std::all_of(output_.multiplier.begin(), output_.multiplier.end(), [](float m) { return m <= 0.5f; });
}

Epilogue ChannelData::epilogue() const {
  return {.contract = output_.contract,
          .zero = output_.zero,
          .low = output_.low,
          .high = output_.high,
          .flip = output_.is_unsigned ? 0x80u : 0u,
          .bias = bias_.data(),
          .multiplier = output_.multiplier.data(),
          .is_small = is_small_,
          .fraction = output_.fraction.data(),
          .shift = output_.shift.data(),
          .lookup = output_.lookup ? output_.lookup->data() : nullptr};
}

std::vector<int32_t> corrected_bias(const int32_t *bias, int32_t factor, const int8_t *weights, size_t depth,
                                    size_t columns) {
  if (columns == 0) return {};  // the depth of nothing may be huge
  std::vector<uint32_t> sums(columns, 0);
  for (size_t k = 0; k < depth; ++k)
    for (size_t n = 0; n < columns; ++n) sums[n] += static_cast<uint32_t>(weights[k * columns + n]);
  std::vector<int32_t> corrected(columns);
  for (size_t n = 0; n < columns; ++n) {
    const uint32_t value = static_cast<uint32_t>(bias[n]) - static_cast<uint32_t>(factor) * sums[n];
    corrected[n] = static_cast<int32_t>(value);
  }
  return corrected;
}

}  // namespace accord
