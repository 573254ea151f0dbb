#include "matmul.hpp"

#include <algorithm>
#include <vector>

#include "float_state.hpp"
#include "threads.hpp"

namespace accord {
namespace {

constexpr size_t first_cache = 16384;  // bytes of rows and of pointers to them
constexpr size_t most_chunks = 8;

}  // namespace

Gemm::Gemm(const GemmTable &table, GemmShape shape, const int8_t *weights, const int32_t *bias, InputSettings input,
           const OutputSettings &output, size_t first)
    : table_(table),
      shape_(shape),
      is_signed_(input.is_signed),
      packed_(table.packed_bytes(shape)),
      channels_(output, first, shape.columns,
                corrected_bias(bias, input.zero + table.offset[input.is_signed], weights, shape.taps * shape.depth,
                               shape.columns)) {
  table_.pack(shape_, weights, packed_.data());
}

size_t Gemm::chunk() const {
  const size_t row = shape_.taps * (shape_.depth + sizeof(const uint8_t *));
  return table_.chunk * std::clamp<size_t>(first_cache / (row * table_.chunk), 1, most_chunks);
}

void Gemm::run(const uint8_t *const *rows, size_t count, uint8_t *out, ptrdiff_t out_stride, void *scratch) const {
  const Epilogue epilogue = channels_.epilogue();
  table_.run({.shape = shape_,
              .weights = packed_.data(),
              .rows = rows,
              .count = count,
              .is_signed = is_signed_,
              .epilogue = &epilogue,
              .out = out,
              .out_stride = out_stride,
              .scratch = scratch});
}

Matmul::Matmul(const Choice<GemmTable> &choice, size_t depth, size_t columns, const int8_t *weights,
               const int32_t *bias, InputSettings input, const OutputSettings &output, size_t threads)
    : isa_(choice.isa->name),
      gemm_(*choice.table, {.taps = 1, .depth = depth, .columns = columns}, weights, bias, input, output, 0),
      threads_(threads) {}

void Matmul::run(const uint8_t *x, ptrdiff_t stride, size_t count, uint8_t *out, ptrdiff_t out_stride) const {
  if (gemm_.columns() == 0) return;
  const size_t chunk = gemm_.chunk();
  parallel(count, gemm_.grain(), threads_, [&](size_t first, size_t last) {
    const FloatState state;
    const size_t most = std::min(chunk, last - first);
    Buffer scratch(gemm_.scratch_bytes(most));
    std::vector<const uint8_t *> rows(most);
    for (size_t some; first < last; first += some) {
      some = even_rows(last - first, chunk);
      for (size_t i = 0; i < some; ++i) rows[i] = x + static_cast<ptrdiff_t>(first + i) * stride;
      gemm_.run(rows.data(), some, out + static_cast<ptrdiff_t>(first) * out_stride, out_stride, scratch.data());
    }
  });
}

}  // namespace accord
