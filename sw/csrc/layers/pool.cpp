#include "pool.hpp"

#include <algorithm>

#include "float_state.hpp"

namespace accord {
namespace {

constexpr size_t block = 256;  // channels between the two kernels

// Moves the taps inside the image to the front, and returns how many they are.
size_t drop_padding(std::vector<const uint8_t *> &rows, const uint8_t *padding) {
  return static_cast<size_t>(std::remove(rows.begin(), rows.end(), padding) - rows.begin());
}

size_t pixels(const Window &window, const Image &image) {
  return image.batch * window.outputs(0, image.height) * window.outputs(1, image.width);
}

// What is taken from every element: under tflite only what makes u8 into s8.
int32_t zero_of(const AverageCall &call, const Epilogue &epilogue) {
  if (epilogue.contract != contract_tflite) return call.zero;
  return call.is_signed ? 0 : 128;
}

}  // namespace

void max_pool(const PoolTable &table, const Window &window, const Image &image, bool is_signed, uint8_t *out) {
  const uint8_t padding = 0;
  std::vector<const uint8_t *> rows(window.taps());
  for (size_t i = 0; i < pixels(window, image); ++i) {
    fill_rows(window, image, i, 1, 0, &padding, rows.data());
    const size_t taps = drop_padding(rows, &padding);
    table.maximum({rows.data(), taps, image.channels, is_signed, 0}, out + i * image.channels);
  }
}

void average_pool(const PoolTable &table, const RequantizeTable &finish, const Window &window, const Image &image,
                  const AverageCall &call, uint8_t *out) {
  const FloatState state;
  const uint8_t marker = 0;
  std::vector<ChannelData> channels;
  for (const OutputSettings &output : call.outputs)
    channels.emplace_back(output, 0, block, std::vector<int32_t>(block, 0));
  std::vector<const uint8_t *> rows(window.taps());
  int32_t sums[block];
  for (size_t i = 0; i < pixels(window, image); ++i)
    for (size_t c = 0; c < image.channels; c += block) {
      const size_t some = std::min(block, image.channels - c);
      uint8_t *to = out + i * image.channels + c;
      fill_rows(window, image, i, 1, c, &marker, rows.data());
      const size_t taps = drop_padding(rows, &marker);
      const size_t elements = call.count_padding ? window.taps() : taps;
      const Epilogue epilogue = channels[elements - 1].epilogue();
      table.sum({rows.data(), taps, some, call.is_signed, zero_of(call, epilogue)}, sums);
      if (epilogue.contract == contract_tflite)
        table.divide({sums, some, static_cast<int32_t>(elements), epilogue.low, epilogue.high, epilogue.flip}, to);
      else
        finish.run(epilogue, {.data = sums, .stride = block, .rows = 1, .columns = some, .channel = 0}, to, 0);
    }
}

}  // namespace accord
