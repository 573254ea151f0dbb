#include "pool.hpp"

#include <algorithm>

#include "float_state.hpp"

namespace accord {
namespace {

constexpr size_t block = 512;  // sums between the two kernels: in the first cache
constexpr size_t wide = 256;   // bytes that make whole vectors of any instruction set

// Neighbouring outputs along one axis that stand on the same taps inside the image: [from, to).
struct Stretch {
  size_t first, count, from, to;
};

std::vector<Stretch> stretches(const Window &w, int axis, size_t size) {
  std::vector<Stretch> found;
  for (size_t o = 0; o < w.outputs(axis, size); ++o) {
    // before the image it wraps to something huge, and is outside as well
    const auto outside = [&](size_t tap) {
      return o * w.stride[axis] + tap * w.dilation[axis] - w.before[axis] >= size;
    };
    size_t from = 0, to = w.kernel[axis];
    while (from < to && outside(from)) ++from;
    while (from < to && outside(to - 1)) --to;
    if (!found.empty() && found.back().from == from && found.back().to == to)
      ++found.back().count;
    else
      found.push_back({o, 1, from, to});
  }
  return found;
}

// use(call, i) for each stretch of each output row: windows that one kernel call pools, and the first of them counted
// over batch, rows and columns.
template <class Use>
void each_stretch(const Window &w, const Image &image, bool is_signed, int32_t zero, const Use &use) {
  const size_t height = w.outputs(0, image.height), width = w.outputs(1, image.width);
  const std::vector<Stretch> columns = stretches(w, 1, image.width);
  std::vector<const uint8_t *> taps(w.taps());
  for (const Stretch &rows : stretches(w, 0, image.height))
    for (size_t i = 0; i < image.batch * rows.count; ++i)
      for (const Stretch &part : columns) {
        const size_t batch = i / rows.count, row = rows.first + i % rows.count;
        const uint8_t *data = image.data + static_cast<ptrdiff_t>(batch) * image.stride[0];
        size_t count = 0;
        for (size_t y = rows.from; y < rows.to; ++y)
          for (size_t x = part.from; x < part.to; ++x) {
            const size_t at[2] = {row * w.stride[0] + y * w.dilation[0] - w.before[0],
                                  part.first * w.stride[1] + x * w.dilation[1] - w.before[1]};
            taps[count++] = data + static_cast<ptrdiff_t>(at[0]) * image.stride[1] +
                            static_cast<ptrdiff_t>(at[1]) * image.stride[2];
          }
        use({.rows = taps.data(),
             .taps = count,
             .windows = part.count,
             .step = static_cast<ptrdiff_t>(w.stride[1]) * image.stride[2],
             .channels = image.channels,
             .is_signed = is_signed,
             .zero = zero},
            (batch * height + row) * width + part.first);
      }
}

// Windows whose pixels lie side by side are one window of many channels.
PoolCall joined(PoolCall call) {
  if (call.step != static_cast<ptrdiff_t>(call.channels)) return call;
  call.channels *= call.windows;
  call.windows = 1;
  return call;
}

// One window of few channels, pixels side by side: neighbouring pixels fill vectors together, as one pixel of many
// channels, and their sums are added. `sums` holds `block`.
void sum_run(const PoolTable &table, const PoolCall &call, int32_t *sums) {
  const size_t channels = call.channels, together = wide / channels, whole = call.taps / together;
  const size_t left = call.taps - whole * together;
  std::vector<const uint8_t *> rows(whole);
  for (size_t t = 0; t < whole; ++t) rows[t] = call.rows[t * together];
  PoolCall part = call;
  part.rows = rows.data();
  part.taps = whole;
  part.channels = together * channels;
  table.sum(part, sums);
  part = call;
  part.rows += whole * together;
  part.taps = left;
  table.sum(part, sums + together * channels);
  for (size_t i = channels; i < (together + 1) * channels; ++i) {
    const uint32_t total = static_cast<uint32_t>(sums[i % channels]) + static_cast<uint32_t>(sums[i]);
    sums[i % channels] = static_cast<int32_t>(total);
  }
}

bool is_run(const PoolCall &call) {
  if (call.windows != 1 || 2 * call.channels > wide || call.taps * call.channels < 2 * wide) return false;
  for (size_t t = 1; t < call.taps; ++t)
    if (call.rows[t] != call.rows[0] + t * call.channels) return false;
  return true;
}

// The average of each window: sums in blocks, then what the contract makes of them.
class Average {
 public:
  Average(const PoolTable &table, const RequantizeTable &finish, const Window &window, const AverageCall &call)
      : table_(table), finish_(finish), all_taps_(call.count_padding ? window.taps() : 0), rows_(window.taps()) {
    for (const OutputSettings &output : call.outputs)
      outputs_.emplace_back(output, 0, block, std::vector<int32_t>(block, 0));
  }

  void run(const PoolCall &call, uint8_t *out) {
    if (is_run(call)) {
      sum_run(table_, call, sums_);
      return store(call.taps, call.channels, out);
    }
    const PoolCall whole = joined(call);
    const size_t most = std::max<size_t>(1, block / std::max<size_t>(1, whole.channels));
    for (size_t i = 0; i < whole.windows; i += most)
      for (size_t c = 0; c < whole.channels; c += block) {
        PoolCall part = whole;
        part.windows = std::min(most, whole.windows - i);
        part.channels = std::min(block, whole.channels - c);
        part.rows = rows_.data();
        for (size_t t = 0; t < part.taps; ++t) rows_[t] = whole.rows[t] + static_cast<ptrdiff_t>(i) * whole.step + c;
        table_.sum(part, sums_);
        store(part.taps, part.windows * part.channels, out + i * whole.channels + c);
      }
  }

 private:
  // `count` sums of windows with `taps` taps inside the image.
  void store(size_t taps, size_t count, uint8_t *out) const {
    const size_t elements = all_taps_ ? all_taps_ : taps;
    const Epilogue e = outputs_[outputs_.size() == 1 ? 0 : elements - 1].epilogue();
    if (e.contract == contract_tflite)
      table_.divide({sums_, count, static_cast<int32_t>(elements), e.low, e.high, e.flip}, out);
    else
      finish_.run(e, {.data = sums_, .stride = block, .rows = 1, .columns = count, .channel = 0}, out, 0);
  }

  const PoolTable &table_;
  const RequantizeTable &finish_;
  size_t all_taps_;  // where padding counts, else 0
  std::vector<ChannelData> outputs_;
  std::vector<const uint8_t *> rows_;
  int32_t sums_[block];
};

// What is taken from every element: under tflite only what makes u8 into s8.
int32_t zero_of(const AverageCall &call) {
  if (call.outputs[0].contract != contract_tflite) return call.zero;
  return call.is_signed ? 0 : 128;
}

}  // namespace

void max_pool(const PoolTable &table, const Window &window, const Image &image, bool is_signed, uint8_t *out) {
  each_stretch(window, image, is_signed, 0,
               [&](const PoolCall &call, size_t first) { table.maximum(joined(call), out + first * image.channels); });
}

void average_pool(const PoolTable &table, const RequantizeTable &finish, const Window &window, const Image &image,
                  const AverageCall &call, uint8_t *out) {
  const FloatState state;
  Average average(table, finish, window, call);
  each_stretch(window, image, call.is_signed, zero_of(call),
               [&](const PoolCall &stretch, size_t first) { average.run(stretch, out + first * image.channels); });
}

}  // namespace accord
