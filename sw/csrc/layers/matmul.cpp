#include "matmul.hpp"

#include <algorithm>
#include <vector>

#include "float_state.hpp"
#include "threads.hpp"

namespace accord {
namespace {

constexpr size_t chunk_bytes = 131072;  // of rows and pointers to them, well inside the second cache
constexpr size_t most_chunks = 8;

// [p][n]: the bias, what zero points cost at the first p parts included, for no part to all.
std::vector<int32_t> corrected_by_part(const GemmShape &s, size_t parts, const int8_t *weights, const int32_t *bias,
                                       int32_t factor) {
  std::vector<int32_t> all(bias, bias + s.columns);
  if (s.columns == 0) return all;  // the taps of nothing may be very many
  const size_t depth = s.depth / parts;
  for (size_t p = 0; p < s.taps * parts; ++p, weights += depth * s.columns) {
    const std::vector<int32_t> next = corrected_bias(all.data() + p * s.columns, factor, weights, depth, s.columns);
    all.insert(all.end(), next.begin(), next.end());
  }
  return all;
}

}  // namespace

Gemm::Gemm(const GemmTable &table, GemmShape shape, size_t parts, const int8_t *weights, const int32_t *bias,
           InputSettings input, const OutputSettings &output, size_t first)
    : table_(table),
      shape_(shape),
      parts_(parts),
      is_signed_(input.is_signed),
      packed_(table.packed_bytes(shape)),
      bias_(corrected_by_part(shape, parts, weights, bias, input.zero + table.offset[input.is_signed])),
      channels_(output, first, shape.columns, {bias_.end() - static_cast<ptrdiff_t>(shape.columns), bias_.end()}) {
  table_.pack(shape_, weights, packed_.data());
}

size_t Gemm::chunk() const {
  const size_t row = shape_.taps * (shape_.depth + sizeof(const uint8_t *));
  return table_.chunk * std::clamp<size_t>(chunk_bytes / (row * table_.chunk), 1, most_chunks);
}

std::vector<int32_t> Gemm::bias_of(size_t first_tap, size_t taps, size_t first_part, size_t parts) const {
  std::vector<int32_t> bias(channels_.bias());  // with what lies behind the last column
  for (size_t n = 0; n < shape_.columns; ++n) bias[n] = bias_[n];
  for (size_t t = first_tap; t < first_tap + taps; ++t) {
    const int32_t *before = bias_.data() + (t * parts_ + first_part) * shape_.columns;
    const int32_t *behind = before + parts * shape_.columns;
    for (size_t n = 0; n < shape_.columns; ++n) {
      const uint32_t cost = static_cast<uint32_t>(behind[n]) - static_cast<uint32_t>(before[n]);
      bias[n] = static_cast<int32_t>(static_cast<uint32_t>(bias[n]) + cost);
    }
  }
  return bias;
}

void Gemm::run(const GemmRows &rows, size_t first_tap, size_t taps, size_t first_part, size_t parts,
               Workspace &workspace) const {
  Epilogue epilogue = channels_.epilogue();
  if (taps < shape_.taps || parts < parts_) {
    workspace.bias = bias_of(first_tap, taps, first_part, parts);
    epilogue.bias = workspace.bias.data();
  }
  const size_t part_bytes = shape_.depth / parts_;
  const GemmPart part = {first_tap, taps, first_part * part_bytes, parts * part_bytes};
  table_.run({rows, shape_, packed_.data(), part, is_signed_, &epilogue, workspace.scratch.data()});
}

Matmul::Matmul(const Choice<GemmTable> &choice, size_t depth, size_t columns, const int8_t *weights,
               const int32_t *bias, InputSettings input, const OutputSettings &output, size_t threads)
    : isa_(choice.isa->name),
      gemm_(*choice.table, {.taps = 1, .depth = depth, .columns = columns}, 1, weights, bias, input, output, 0),
      threads_(threads) {}

void Matmul::run(const uint8_t *x, ptrdiff_t stride, size_t count, uint8_t *out, ptrdiff_t out_stride) const {
  if (gemm_.columns() == 0) return;
  const size_t chunk = gemm_.chunk();
  parallel(count, gemm_.grain(), threads_, [&](size_t first, size_t last) {
    const FloatState state;
    const size_t most = std::min(chunk, last - first);
    Gemm::Workspace workspace = gemm_.workspace(most);
    std::vector<const uint8_t *> rows(most);
    for (size_t some; first < last; first += some) {
      some = even_rows(last - first, chunk);
      for (size_t i = 0; i < some; ++i) rows[i] = x + static_cast<ptrdiff_t>(first + i) * stride;
      gemm_.run({.rows = rows.data(),
                 .count = some,
                 .band = some,
                 .out = out + static_cast<ptrdiff_t>(first) * out_stride,
                 .out_stride = out_stride,
                 .band_stride = 0},
                0, 1, 0, 1, workspace);
    }
  });
}

}  // namespace accord
