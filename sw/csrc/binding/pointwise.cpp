// Functions without prepared weights. Numbers are checked by accord.kernels, arrays here.
#include "../layers/pointwise.hpp"

#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include "../layers/dot.hpp"
#include "../layers/requantize.hpp"
#include "calls.hpp"
#include "settings.hpp"

namespace accord {
namespace {

constexpr unsigned bytes = type_s8 | type_u8;

QuantizeCall quantize_call(const Array &in, const Array &to, size_t count, int contract, float scale, int zero) {
  const bool is_signed = to.type() == type_s8;
  return {.x = in.data<float>(),
          .out = to.data(),
          .count = count,
          .contract = static_cast<Contract>(contract),
          .scale = scale,
          .zero = zero,
          .low = is_signed ? -128 : 0,
          .high = is_signed ? 127 : 255};
}

nb::object quantize_array(nb::object x, nb::object out, int contract, float scale, int zero, bool is_signed,
                          const std::string &isa) {
  const Array in(x, "x", type_f32);
  in.expect_dense(0);
  nb::object result = out_or_empty(std::move(out), in.shape(), byte_type(is_signed));
  const Array to(result, "out", byte_type(is_signed), true);
  to.expect_shape(in.shape());
  to.expect_dense(0);
  to.expect_apart(in);
  const PointwiseTable &table = *choose(&Isa::pointwise, isa).table;
  const QuantizeCall call = quantize_call(in, to, in.count(), contract, scale, zero);
  return carry_out(result, [&table, call] { quantize(table, call); }, x, result);
}

nb::object quantize_image(nb::object x, nb::object out, int contract, float scale, int zero, bool is_signed,
                          const std::string &isa) {
  const Array in(x, "x", type_f32);
  in.expect_axes(4);
  in.expect_dense(0);
  const std::vector<size_t> shape = {in.size(0), in.size(2), in.size(3), in.size(1)};
  nb::object result = out_or_empty(std::move(out), shape, byte_type(is_signed));
  const Array to(result, "out", byte_type(is_signed), true);
  to.expect_shape(shape);
  to.expect_dense(0);
  to.expect_apart(in);
  const PointwiseTable &table = *choose(&Isa::pointwise, isa).table;
  const QuantizeCall call = quantize_call(in, to, in.size(2) * in.size(3), contract, scale, zero);
  return carry_out(
      result,
      [&table, call, images = in.size(0), channels = in.size(1)] { quantize_planes(table, call, images, channels); }, x,
      result);
}

nb::object dequantize_array(nb::object x, nb::object out, float scale, int zero, const std::string &isa) {
  const Array in(x, "x", bytes);
  in.expect_dense(0);
  nb::object result = out_or_empty(std::move(out), in.shape(), type_f32);
  const Array to(result, "out", type_f32, true);
  to.expect_shape(in.shape());
  to.expect_dense(0);
  to.expect_apart(in);
  const PointwiseTable &table = *choose(&Isa::pointwise, isa).table;
  const DequantizeCall call = {in.data(), to.data<float>(), in.count(), in.type() == type_s8, scale, zero};
  return carry_out(result, [&table, call] { dequantize(table, call); }, x, result);
}

// Whether `few` has as many axes, of the same size or of 1.
bool is_over(const Array &few, const Array &all) {
  if (few.axes() != all.axes()) return false;
  for (size_t axis = 0; axis < all.axes(); ++axis)
    if (few.size(axis) != all.size(axis) && few.size(axis) != 1) return false;
  return true;
}

// How it is laid out over `all`. ValueError where it cannot be.
Spread checked_spread(const Array &few, const Array &all, bool is_b) {
  if (!is_over(few, all)) few.expect_shape(all.shape());
  Spread s = {1, 1, 1, is_b};
  size_t axis = 0;
  for (; axis < all.axes() && few.size(axis) == all.size(axis); ++axis) s.outer *= all.size(axis);
  for (; axis < all.axes() && few.size(axis) == 1; ++axis) s.times *= all.size(axis);
  for (; axis < all.axes() && few.size(axis) == all.size(axis); ++axis) s.inner *= all.size(axis);
  if (axis < all.axes()) few.expect_shape(all.shape());
  return s;
}

// Two arrays of one dtype, one of which may be spread over the other, and an output like that.
struct Operands {
  Array a, b;
  bool is_b;  // b is the one that is spread
  Spread spread;
  nb::object result;
  Array out;

  Operands(const nb::object &x, const nb::object &y, nb::object to)
      : a(x, "a", bytes),
        b(y, "b", a.type()),
        is_b(!is_over(a, b) || is_over(b, a)),
        spread(is_b ? checked_spread(b, a, true) : checked_spread(a, b, false)),
        result(out_or_empty(std::move(to), all().shape(), a.type())),
        out(result, "out", a.type(), true) {
    out.expect_shape(all().shape());
    for (const Array *array : {&a, &b, &out}) array->expect_dense(0);
    out.expect_apart_or_same(all());
    if (spread.times == 1)
      out.expect_apart_or_same(few());
    else
      out.expect_apart(few());
  }
  const Array &all() const { return is_b ? a : b; }
  const Array &few() const { return is_b ? b : a; }
};

// ratios: r_a, r_b. zeros: Z_a, Z_b, Z_y, lowest, highest. scales: fraction and shift of a, b and y.
nb::object add_arrays(nb::object a, nb::object b, nb::object out, int contract, const std::vector<float> &ratios,
                      const std::vector<int> &zeros, const std::vector<int> &scales, const std::string &isa) {
  Operands o(a, b, std::move(out));
  if (ratios.size() != 2 || zeros.size() != 5 || scales.size() != 6) value_error("add: wrong number of parameters");
  const AddCall call = {.a = o.a.data(),
                        .b = o.b.data(),
                        .out = o.out.data(),
                        .count = o.all().count(),
                        .is_signed = o.a.type() == type_s8,
                        .contract = static_cast<Contract>(contract),
                        .zero_a = zeros[0],
                        .zero_b = zeros[1],
                        .zero = zeros[2],
                        .low = zeros[3],
                        .high = zeros[4],
                        .ratio_a = ratios[0],
                        .ratio_b = ratios[1],
                        .offset = 0,
                        .fraction_a = scales[0],
                        .fraction_b = scales[2],
                        .fraction = scales[4],
                        .shift_a = scales[1],
                        .shift_b = scales[3],
                        .shift = scales[5]};
  const PointwiseTable &table = *choose(&Isa::pointwise, isa).table;
  return carry_out(o.result, [&table, call, spread = o.spread] { add(table, call, spread); }, a, b, o.result);
}

nb::object multiply_arrays(nb::object a, nb::object b, nb::object out, int zero_a, int zero_b,
                           const OutputSettings &output, const std::string &isa) {
  Operands o(a, b, std::move(out));
  if (output_type(output) != o.a.type() || output.lookup) value_error("output: expected the type of a and b, no table");
  const MultiplyCall call = {.a = o.a.data(),
                             .b = o.b.data(),
                             .out = o.out.data(),
                             .count = o.all().count(),
                             .is_signed = o.a.type() == type_s8,
                             .zero_a = zero_a,
                             .zero_b = zero_b};
  const PointwiseTable &table = *choose(&Isa::pointwise, isa).table;
  return carry_out(
      o.result, [&table, &output, call, spread = o.spread] { multiply(table, output, call, spread); }, a, b, o.result,
      output);
}

nb::object lookup_array(nb::object x, nb::object table, nb::object out, const std::string &isa) {
  const Array in(x, "x", bytes), entries(table, "table", bytes);
  in.expect_dense(0);
  entries.expect_shape({256});
  entries.expect_dense(0);
  nb::object result = out_or_empty(std::move(out), in.shape(), entries.type());
  const Array to(result, "out", entries.type(), true);
  to.expect_shape(in.shape());
  to.expect_dense(0);
  to.expect_apart_or_same(in);
  to.expect_apart(entries);
  const PointwiseTable &kernels = *choose(&Isa::pointwise, isa).table;
  return carry_out(
      result,
      [&kernels, from = in.data(), entries = entries.data(), to = to.data(), count = in.count()] {
        kernels.lookup(from, entries, to, count);
      },
      x, table, result);
}

nb::object requantize_array(nb::object x, nb::object out, const OutputSettings &output, const std::string &isa) {
  const Array in(x, "x", type_s32);
  if (in.axes() == 0) in.fail("expected at least one axis");
  in.expect_dense(0);
  const size_t columns = in.size(in.axes() - 1);
  expect_channels(output, columns);
  nb::object result = out_or_empty(std::move(out), in.shape(), output_type(output));
  const Array to(result, "out", output_type(output), true);
  to.expect_shape(in.shape());
  to.expect_dense(0);
  to.expect_apart(in);
  const RequantizeTable &table = *choose(&Isa::requantize, isa).table;
  const Rows sums = {in.data<int32_t>(), columns ? in.count() / columns : 0, columns, columns};
  return carry_out(
      result,
      [&table, &output, sums, to = to.data()] {
        if (sums.count != 0)
          requantize(table, output, sums, to, static_cast<ptrdiff_t>(sums.columns * output.item_bytes()));
      },
      x, result, output);
}

int32_t dot_arrays(nb::object x, nb::object w, int zero, int bias, const std::string &isa) {
  if (Calls::current()) value_error("dot: gives a number; only calls that fill arrays can be written down");
  const Array in(x, "x", bytes), weights(w, "w", type_s8);
  in.expect_axes(1);
  weights.expect_shape(in.shape());
  in.expect_dense(0);
  weights.expect_dense(0);
  const DotTable &table = *choose(&Isa::dot, isa).table;
  nb::gil_scoped_release release;
  return dot(table, in.data(), weights.data<int8_t>(), in.count(), {in.type() == type_s8, zero}, bias);
}

}  // namespace

void bind_pointwise(nb::module_ &m) {
  // arrays may be None as far as nanobind is concerned: Array names the argument that may not
  const auto x = nb::arg("x").none(), a = nb::arg("a").none(), b = nb::arg("b").none(), out = nb::arg("out").none();
  const auto w = nb::arg("w").none(), entries = nb::arg("table").none();
  const auto contract = nb::arg("contract"), isa = nb::arg("isa");
  const auto zero = nb::arg("zero"), scale = nb::arg("scale"), output = nb::arg("output");
  m.def("quantize", &quantize_array, x, out, contract, scale, zero, nb::arg("is_signed"), isa);
  m.def("quantize_image", &quantize_image, x, out, contract, scale, zero, nb::arg("is_signed"), isa);
  m.def("dequantize", &dequantize_array, x, out, scale, zero, isa);
  m.def("add", &add_arrays, a, b, out, contract, nb::arg("ratios"), nb::arg("zeros"), nb::arg("scales"), isa);
  m.def("multiply", &multiply_arrays, a, b, out, nb::arg("zero_a"), nb::arg("zero_b"), output, isa);
  m.def("lookup", &lookup_array, x, entries, out, isa);
  m.def("requantize", &requantize_array, x, out, output, isa);
  m.def("dot", &dot_arrays, x, w, zero, nb::arg("bias"), isa);
}

}  // namespace accord
