// What the module exports: numbers and addresses only. sw/js/accord.js checks them and gives them types.
//
// An instruction set is its place in built_isas(). Whoever makes a layer deletes it. Zero points and bounds of outputs are
// in s8, as OutputSettings has them.
#include "../layers/conv2d.hpp"
#include "../layers/depthwise.hpp"
#include "../layers/dot.hpp"
#include "../layers/pointwise.hpp"
#include "../layers/pool.hpp"
#include "../layers/requantize.hpp"

#define ACCORD_EXPORT(name) extern "C" __attribute__((export_name(#name)))

namespace accord {
namespace {

// As JavaScript writes it: 32-bit words.
struct Output {
  int32_t contract, zero, low, high, is_unsigned;
  const float *multiplier;
  const int32_t *fraction, *shift;
  uint32_t entries;  // of each array that is not null
  const uint8_t *lookup;
};

template <class T>
std::vector<T> entries(const T *from, size_t count) {
  return from ? std::vector<T>(from, from + count) : std::vector<T>();
}

OutputSettings settings(const Output &o) {
  OutputSettings s;
  s.contract = static_cast<Contract>(o.contract);
  s.zero = o.zero;
  s.low = o.low;
  s.high = o.high;
  s.is_unsigned = o.is_unsigned != 0;
  s.multiplier = entries(o.multiplier, o.entries);
  s.fraction = entries(o.fraction, o.entries);
  s.shift = entries(o.shift, o.entries);
  if (o.lookup) {
    std::array<uint8_t, 256> table;
    __builtin_memcpy(table.data(), o.lookup, table.size());
    s.lookup = std::make_shared<const std::array<uint8_t, 256>>(table);
  }
  return s;
}

template <class Table>
Choice<Table> chosen(const Table *Isa::*operation, size_t isa) {
  const Isa &one = built_isas()[isa];
  return {&one, one.*operation};
}

// Dense images.
Image image(const uint8_t *data, size_t batch, size_t height, size_t width, size_t channels) {
  const ptrdiff_t row = static_cast<ptrdiff_t>(width * channels);
  return {data,  batch,    height,
          width, channels, {static_cast<ptrdiff_t>(height) * row, row, static_cast<ptrdiff_t>(channels)}};
}

}  // namespace

ACCORD_EXPORT(isa_count) size_t isa_count() { return built_isas().size(); }
ACCORD_EXPORT(isa_name) const char *isa_name(size_t isa) { return built_isas()[isa].name; }
ACCORD_EXPORT(allocate) void *allocate(size_t bytes) {
  return ::operator new(bytes, std::align_val_t{vector_alignment});
}
ACCORD_EXPORT(release) void release(void *data) { ::operator delete(data, std::align_val_t{vector_alignment}); }

ACCORD_EXPORT(matmul_new)
Matmul *matmul_new(size_t isa, size_t depth, size_t columns, const int8_t *weights, const int32_t *bias, bool is_signed,
                   int32_t zero, const Output *output) {
  return new Matmul(chosen(&Isa::gemm, isa), depth, columns, weights, bias, {is_signed, zero}, settings(*output), 1);
}
ACCORD_EXPORT(matmul_run)
void matmul_run(const Matmul *layer, const uint8_t *x, size_t stride, size_t rows, uint8_t *out, size_t out_stride) {
  layer->run(x, static_cast<ptrdiff_t>(stride), rows, out, static_cast<ptrdiff_t>(out_stride));
}
ACCORD_EXPORT(matmul_isa) const char *matmul_isa(const Matmul *layer) { return layer->isa(); }
ACCORD_EXPORT(matmul_delete) void matmul_delete(const Matmul *layer) { delete layer; }

ACCORD_EXPORT(conv2d_new)
Conv2d *conv2d_new(size_t isa, const Window *window, size_t groups, size_t depth, size_t columns, const int8_t *weights,
                   const int32_t *bias, bool is_signed, int32_t zero, const Output *output) {
  return new Conv2d(chosen(&Isa::gemm, isa), *window, groups, depth, columns, weights, bias, {is_signed, zero},
                    settings(*output), 1);
}
ACCORD_EXPORT(conv2d_run)
void conv2d_run(const Conv2d *layer, const uint8_t *x, size_t batch, size_t height, size_t width, size_t channels,
                uint8_t *out, size_t pixel_bytes) {
  layer->run(image(x, batch, height, width, channels), out, static_cast<ptrdiff_t>(pixel_bytes));
}
ACCORD_EXPORT(conv2d_isa) const char *conv2d_isa(const Conv2d *layer) { return layer->isa(); }
ACCORD_EXPORT(conv2d_delete) void conv2d_delete(const Conv2d *layer) { delete layer; }

ACCORD_EXPORT(depthwise_new)
Depthwise *depthwise_new(size_t isa, const Window *window, size_t channels, const int8_t *weights, const int32_t *bias,
                         bool is_signed, int32_t zero, const Output *output) {
  return new Depthwise(chosen(&Isa::depthwise, isa), *window, channels, weights, bias, {is_signed, zero},
                       settings(*output), 1);
}
ACCORD_EXPORT(depthwise_run)
void depthwise_run(const Depthwise *layer, const uint8_t *x, size_t batch, size_t height, size_t width, size_t channels,
                   uint8_t *out, size_t pixel_bytes) {
  layer->run(image(x, batch, height, width, channels), out, static_cast<ptrdiff_t>(pixel_bytes));
}
ACCORD_EXPORT(depthwise_isa) const char *depthwise_isa(const Depthwise *layer) { return layer->isa(); }
ACCORD_EXPORT(depthwise_delete) void depthwise_delete(const Depthwise *layer) { delete layer; }

ACCORD_EXPORT(dot)
int32_t dot_product(size_t isa, const uint8_t *x, const int8_t *w, size_t count, bool is_signed, int32_t zero,
                    int32_t bias) {
  return dot(*chosen(&Isa::dot, isa).table, x, w, count, {is_signed, zero}, bias);
}

ACCORD_EXPORT(requantize)
void requantize_rows(size_t isa, const int32_t *sums, size_t rows, size_t columns, const Output *output, uint8_t *out) {
  const OutputSettings s = settings(*output);
  requantize(*chosen(&Isa::requantize, isa).table, s, {sums, rows, columns, columns}, out,
             static_cast<ptrdiff_t>(columns * s.item_bytes()));
}

// Images to the order of pixels where there are channels, (images, channels, count) to (images, count, channels).
ACCORD_EXPORT(quantize)
void quantize_floats(size_t isa, const float *x, uint8_t *out, size_t images, size_t channels, size_t count,
                     int32_t contract, float scale, int32_t zero, bool is_signed) {
  QuantizeCall call = {.x = x, .out = out, .count = count, .contract = static_cast<Contract>(contract)};
  call.scale = scale;
  call.zero = zero;
  call.low = is_signed ? -128 : 0;
  call.high = is_signed ? 127 : 255;
  const PointwiseTable &table = *chosen(&Isa::pointwise, isa).table;
  if (channels == 0)
    quantize(table, call);
  else
    quantize_planes(table, call, images, channels);
}

ACCORD_EXPORT(dequantize)
void dequantize_bytes(size_t isa, const uint8_t *x, float *out, size_t count, bool is_signed, float scale,
                      int32_t zero) {
  dequantize(*chosen(&Isa::pointwise, isa).table, {x, out, count, is_signed, scale, zero});
}

// Ratios a, b; zero points a, b, y and bounds in the operands' own type; fraction and shift of a, b, y.
ACCORD_EXPORT(add)
void add_bytes(size_t isa, const uint8_t *a, const uint8_t *b, uint8_t *out, size_t count, bool is_signed,
               int32_t contract, const float *ratios, const int32_t *zeros, const int32_t *scales,
               const Spread *spread) {
  AddCall call = {.a = a, .b = b, .out = out, .count = count, .is_signed = is_signed};
  call.contract = static_cast<Contract>(contract);
  call.ratio_a = ratios[0], call.ratio_b = ratios[1];
  call.zero_a = zeros[0], call.zero_b = zeros[1], call.zero = zeros[2], call.low = zeros[3], call.high = zeros[4];
  call.fraction_a = scales[0], call.shift_a = scales[1], call.fraction_b = scales[2], call.shift_b = scales[3];
  call.fraction = scales[4], call.shift = scales[5];
  add(*chosen(&Isa::pointwise, isa).table, call, *spread);
}

ACCORD_EXPORT(multiply)
void multiply_bytes(size_t isa, const uint8_t *a, const uint8_t *b, uint8_t *out, size_t count, bool is_signed,
                    int32_t zero_a, int32_t zero_b, const Output *output, const Spread *spread) {
  MultiplyCall call = {.a = a, .b = b, .out = out, .count = count, .is_signed = is_signed};
  call.zero_a = zero_a;
  call.zero_b = zero_b;
  multiply(*chosen(&Isa::pointwise, isa).table, settings(*output), call, *spread);
}

ACCORD_EXPORT(lookup)
void lookup_bytes(size_t isa, const uint8_t *x, const uint8_t *table, uint8_t *out, size_t count) {
  chosen(&Isa::pointwise, isa).table->lookup(x, table, out, count);
}

ACCORD_EXPORT(max_pool)
void max_pool_image(size_t isa, const Window *window, const uint8_t *x, size_t batch, size_t height, size_t width,
                    size_t channels, bool is_signed, uint8_t *out) {
  max_pool(*chosen(&Isa::pool, isa).table, *window, image(x, batch, height, width, channels), is_signed, out);
}

// `outputs` of them: one, or one for each number of elements a window may have.
ACCORD_EXPORT(average_pool)
void average_pool_image(size_t isa, const Window *window, const uint8_t *x, size_t batch, size_t height, size_t width,
                        size_t channels, bool is_signed, int32_t zero, bool count_padding, const Output *output,
                        size_t outputs, uint8_t *out) {
  AverageCall call = {.is_signed = is_signed, .count_padding = count_padding, .zero = zero, .outputs = {}};
  for (size_t i = 0; i < outputs; ++i) call.outputs.push_back(settings(output[i]));
  average_pool(*chosen(&Isa::pool, isa).table, *chosen(&Isa::requantize, isa).table, *window,
               image(x, batch, height, width, channels), call, out);
}

}  // namespace accord
