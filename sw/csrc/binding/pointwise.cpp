// Functions without prepared weights. Numbers are checked by accord.kernels, arrays here.
#include "../layers/pointwise.hpp"

#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include "../layers/dot.hpp"
#include "../layers/requantize.hpp"
#include "settings.hpp"

namespace accord {
namespace {

constexpr unsigned bytes = type_s8 | type_u8;

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
  nb::gil_scoped_release release;
  quantize(table, {.x = in.data<float>(),
                   .out = to.data(),
                   .count = in.count(),
                   .contract = static_cast<Contract>(contract),
                   .scale = scale,
                   .zero = zero,
                   .low = is_signed ? -128 : 0,
                   .high = is_signed ? 127 : 255});
  return result;
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
  nb::gil_scoped_release release;
  dequantize(table, {in.data(), to.data<float>(), in.count(), in.type() == type_s8, scale, zero});
  return result;
}

// Two arrays of one dtype and shape, and an output like them.
struct Operands {
  Array a, b;
  nb::object result;
  Array out;

  Operands(const nb::object &x, const nb::object &y, nb::object to)
      : a(x, "a", bytes),
        b(y, "b", a.type()),
        result(out_or_empty(std::move(to), a.shape(), a.type())),
        out(result, "out", a.type(), true) {
    b.expect_shape(a.shape());
    out.expect_shape(a.shape());
    for (const Array *array : {&a, &b, &out}) array->expect_dense(0);
    out.expect_apart_or_same(a);
    out.expect_apart_or_same(b);
  }
};

// ratios: r_a, r_b. zeros: Z_a, Z_b, Z_y, lowest, highest. scales: fraction and shift of a, b and y.
nb::object add_arrays(nb::object a, nb::object b, nb::object out, int contract, const std::vector<float> &ratios,
                      const std::vector<int> &zeros, const std::vector<int> &scales, const std::string &isa) {
  Operands o(a, b, std::move(out));
  if (ratios.size() != 2 || zeros.size() != 5 || scales.size() != 6) value_error("add: wrong number of parameters");
  const AddCall call = {.a = o.a.data(),
                        .b = o.b.data(),
                        .out = o.out.data(),
                        .count = o.a.count(),
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
  nb::gil_scoped_release release;
  add(table, call);
  return o.result;
}

nb::object multiply_arrays(nb::object a, nb::object b, nb::object out, int zero_a, int zero_b,
                           const OutputSettings &output, const std::string &isa) {
  Operands o(a, b, std::move(out));
  if (output_type(output) != o.a.type() || output.lookup) value_error("output: expected the type of a and b, no table");
  const MultiplyCall call = {.a = o.a.data(),
                             .b = o.b.data(),
                             .out = o.out.data(),
                             .count = o.a.count(),
                             .is_signed = o.a.type() == type_s8,
                             .zero_a = zero_a,
                             .zero_b = zero_b};
  const PointwiseTable &table = *choose(&Isa::pointwise, isa).table;
  nb::gil_scoped_release release;
  multiply(table, output, call);
  return o.result;
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
  nb::gil_scoped_release release;
  kernels.lookup(in.data(), entries.data(), to.data(), in.count());
  return result;
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
  nb::gil_scoped_release release;
  if (in.count() != 0)
    requantize(table, output, {in.data<int32_t>(), in.count() / columns, columns, columns}, to.data(),
               static_cast<ptrdiff_t>(columns * output.item_bytes()));
  return result;
}

int32_t dot_arrays(nb::object x, nb::object w, int zero, int bias, const std::string &isa) {
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
  m.def("dequantize", &dequantize_array, x, out, scale, zero, isa);
  m.def("add", &add_arrays, a, b, out, contract, nb::arg("ratios"), nb::arg("zeros"), nb::arg("scales"), isa);
  m.def("multiply", &multiply_arrays, a, b, out, nb::arg("zero_a"), nb::arg("zero_b"), output, isa);
  m.def("lookup", &lookup_array, x, entries, out, isa);
  m.def("requantize", &requantize_array, x, out, output, isa);
  m.def("dot", &dot_arrays, x, w, zero, nb::arg("bias"), isa);
}

}  // namespace accord
