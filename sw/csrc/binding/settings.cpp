// OutputSettings, Window and what the registry knows.
#include "settings.hpp"

#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include <algorithm>

#include "../registry/capability.hpp"

namespace accord {
namespace {

template <class T>
std::vector<T> entries(const nb::object &object, const char *name, Type type) {
  if (object.is_none()) return {};
  const Array array(object, name, type);
  array.expect_axes(1);
  array.expect_dense(0);
  return {array.data<T>(), array.data<T>() + array.count()};
}

OutputSettings make_output(int contract, int zero, int low, int high, bool is_unsigned, const nb::object &multiplier,
                           const nb::object &fraction, const nb::object &shift, const nb::object &lookup) {
  OutputSettings output;
  output.contract = static_cast<Contract>(contract);
  output.zero = zero;
  output.low = low;
  output.high = high;
  output.is_unsigned = is_unsigned;
  output.multiplier = entries<float>(multiplier, "multiplier", type_f32);
  output.fraction = entries<int32_t>(fraction, "fraction", type_s32);
  output.shift = entries<int32_t>(shift, "shift", type_s32);
  if (!lookup.is_none()) {
    const Array table(lookup, "lookup", type_u8 | type_s8);
    table.expect_shape({256});
    table.expect_dense(0);
    std::array<uint8_t, 256> entries{};
    std::copy_n(table.data(), entries.size(), entries.begin());
    output.lookup = std::make_shared<const std::array<uint8_t, 256>>(entries);
    output.table_is_unsigned = table.type() == type_u8;
  }
  return output;
}

// Kernel, stride, dilation, padding before, padding after: height and width each.
Window make_window(const std::vector<size_t> &v) {
  if (v.size() != 10) value_error("window: expected ten numbers");
  return {{v[0], v[1]}, {v[2], v[3]}, {v[4], v[5]}, {v[6], v[7]}, {v[8], v[9]}};
}

std::string implementation(const std::string &operation, const std::string &isa) {
  const char *found = implementation_of(operation, isa);
  if (!found)
    value_error("operation: '" + operation + "' is none of gemm, depthwise, dot, requantize, pointwise, pool");
  return found;
}

}  // namespace

Image image_of(const Array &x) {
  x.expect_axes(4);
  x.expect_dense(3);
  return {.data = x.data(),
          .batch = x.size(0),
          .height = x.size(1),
          .width = x.size(2),
          .channels = x.size(3),
          .stride = {x.stride(0), x.stride(1), x.stride(2)}};
}

std::vector<size_t> output_shape(const Array &x, const Window &window, size_t channels) {
  const std::vector<size_t> shape = {x.size(0), window.outputs(0, x.size(1)), window.outputs(1, x.size(2)), channels};
  if (shape[1] == 0 || shape[2] == 0) x.fail("height or width, padding included, is smaller than the kernel");
  return shape;
}

std::vector<size_t> pool_shape(const Array &x, const Window &window) {
  if (x.size(1) == 0 || x.size(2) == 0) x.fail("height and width must be positive");
  return output_shape(x, window, x.size(3));
}

void bind_settings(nb::module_ &m) {
  nb::class_<OutputSettings>(m, "OutputSettings")
      .def(
          "__init__",
          [](OutputSettings *self, int contract, int zero, int low, int high, bool is_unsigned, nb::object multiplier,
             nb::object fraction, nb::object shift, nb::object lookup) {
            new (self) OutputSettings(
                make_output(contract, zero, low, high, is_unsigned, multiplier, fraction, shift, lookup));
          },
          nb::arg("contract"), nb::arg("zero"), nb::arg("low"), nb::arg("high"), nb::arg("is_unsigned"),
          nb::arg("multiplier").none(), nb::arg("fraction").none(), nb::arg("shift").none(), nb::arg("lookup").none());
  nb::class_<Window>(m, "Window").def("__init__", [](Window *self, const std::vector<size_t> &numbers) {
    new (self) Window(make_window(numbers));
  });
  m.def("available", &available_names);
  m.def("capabilities", [] { return capability_names(usable_capabilities()); });
  m.def("implementation", &implementation, nb::arg("operation"), nb::arg("isa"));
}

}  // namespace accord
