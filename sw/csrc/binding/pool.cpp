// Pools. Numbers are checked by accord.kernels, arrays here.
#include "../layers/pool.hpp"

#include <nanobind/stl/string.h>

#include "calls.hpp"
#include "settings.hpp"

namespace accord {
namespace {

constexpr unsigned bytes = type_s8 | type_u8;

nb::object max_pool_array(nb::object x, nb::object out, const Window &window, const std::string &isa) {
  const Array in(x, "x", bytes);
  const Image image = image_of(in);
  const std::vector<size_t> shape = pool_shape(in, window);
  nb::object result = out_or_empty(std::move(out), shape, in.type());
  const Array to(result, "out", in.type(), true);
  to.expect_shape(shape);
  to.expect_dense(0);
  to.expect_apart(in);
  const PoolTable &table = *choose(&Isa::pool, isa).table;
  return carry_out(
      result,
      [&table, window, image, is_signed = in.type() == type_s8, to = to.data()] {
        max_pool(table, window, image, is_signed, to);
      },
      x, result);
}

nb::object average_pool_array(nb::object x, nb::object out, const Window &window, int zero, bool count_padding,
                              nb::list outputs, const std::string &isa) {
  const Array in(x, "x", bytes);
  AverageCall call = {in.type() == type_s8, count_padding, zero, {}};
  for (nb::handle entry : outputs) call.outputs.push_back(nb::cast<const OutputSettings &>(entry));
  const bool padded = window.before[0] + window.before[1] + window.after[0] + window.after[1] != 0;
  if (call.outputs.size() != (padded && !count_padding ? window.taps() : 1))
    value_error("outputs: expected one for each number of elements that a window can have");
  const Image image = image_of(in);
  const std::vector<size_t> shape = pool_shape(in, window);
  const Type type = output_type(call.outputs[0]);
  nb::object result = out_or_empty(std::move(out), shape, type);
  const Array to(result, "out", type, true);
  to.expect_shape(shape);
  to.expect_dense(0);
  to.expect_apart(in);
  const PoolTable &table = *choose(&Isa::pool, isa).table;
  const RequantizeTable &finish = *choose(&Isa::requantize, isa).table;
  return carry_out(
      result,
      [&table, &finish, window, image, call = std::move(call), to = to.data()] {
        average_pool(table, finish, window, image, call, to);
      },
      x, result);
}

}  // namespace

void bind_pool(nb::module_ &m) {
  // as in pointwise.cpp
  const auto x = nb::arg("x").none(), out = nb::arg("out").none();
  const auto window = nb::arg("window"), isa = nb::arg("isa");
  m.def("max_pool", &max_pool_array, x, out, window, isa);
  m.def("average_pool", &average_pool_array, x, out, window, nb::arg("zero"), nb::arg("count_padding"),
        nb::arg("outputs"), isa);
}

}  // namespace accord
