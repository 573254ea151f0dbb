// What a layer does with its sums: the caller's settings, and their per-channel arrays as kernels want them.
#pragma once
#include <array>
#include <memory>
#include <vector>

#include "../kernels/epilogue.hpp"

namespace accord {

// Zero point and bounds in s8 whatever the output type; the arrays have one entry, or one a channel.
struct OutputSettings {
  Contract contract = contract_s32;
  int32_t zero = 0, low = -128, high = 127;
  bool is_unsigned = false, table_is_unsigned = false;
  std::vector<float> multiplier;
  std::vector<int32_t> fraction, shift;
  std::shared_ptr<const std::array<uint8_t, 256>> lookup;

  // What the output's bytes are: the table's entries where there is one.
  bool gives_unsigned() const { return lookup ? table_is_unsigned : is_unsigned; }
  size_t item_bytes() const { return contract == contract_s32 ? sizeof(int32_t) : 1; }
  // How many multipliers there are: one for all channels, or one each.
  size_t entries() const;
};

// An Epilogue for `channels` channels from `first` on, and the arrays it points to.
class ChannelData {
 public:
  ChannelData(const OutputSettings &output, size_t first, size_t channels, std::vector<int32_t> bias);
  Epilogue epilogue() const;
  const std::vector<int32_t> &bias() const { return bias_; }

 private:
  OutputSettings output_;
  std::vector<int32_t> bias_;
  bool is_small_;
};

// bias - factor * (sum of the column), modulo 2^32: what zero points cost. weights[k * columns + n].
std::vector<int32_t> corrected_bias(const int32_t *bias, int32_t factor, const int8_t *weights, size_t depth,
                                    size_t columns);

}  // namespace accord
