// Matmul, Conv2d, DepthwiseConv2d: constructors trust accord.kernels, which checks; calls check everything here.
#include <nanobind/stl/string.h>

#include "../layers/conv2d.hpp"
#include "../layers/depthwise.hpp"
#include "calls.hpp"
#include "settings.hpp"

namespace accord {
namespace {

// A prepared layer and what its callers have to match.
template <class Layer>
struct Prepared {
  Layer layer;
  size_t inputs, outputs;
  Type input_type, out_type;

  std::string isa() const { return layer.isa(); }
};

struct MatmulLayer : Prepared<Matmul> {};
struct Conv2dLayer : Prepared<Conv2d> {};
struct DepthwiseLayer : Prepared<Depthwise> {};

// Weights and bias as dense arrays; bias has an entry a channel.
struct Parameters {
  Array weight, bias;

  Parameters(const nb::object &w, const nb::object &b, size_t axes)
      : weight(w, "weight", type_s8), bias(b, "bias", type_s32) {
    weight.expect_axes(axes);
    weight.expect_dense(0);
    bias.expect_axes(1);
    bias.expect_dense(0);
  }
};

void init_matmul(MatmulLayer *self, nb::object weight, nb::object bias, bool is_signed, int zero,
                 const OutputSettings &output, const std::string &isa, size_t threads) {
  const Parameters p(weight, bias, 2);
  const size_t depth = p.weight.size(0), columns = p.weight.size(1);
  p.bias.expect_shape({columns});
  expect_channels(output, columns);
  Matmul layer(choose(&Isa::gemm, isa), depth, columns, p.weight.data<int8_t>(), p.bias.data<int32_t>(),
               {is_signed, zero}, output, threads);
  new (self) MatmulLayer{{std::move(layer), depth, columns, byte_type(is_signed), output_type(output)}};
}

nb::object call_matmul(const MatmulLayer &self, nb::object x, nb::object out) {
  const Array in(x, "x", self.input_type);
  in.expect_axes(2);
  in.expect_shape({in.size(0), self.inputs});
  in.expect_dense(1);
  nb::object result = out_or_empty(std::move(out), {in.size(0), self.outputs}, self.out_type);
  const Array to(result, "out", self.out_type, true);
  to.expect_shape({in.size(0), self.outputs});
  to.expect_dense(1);
  to.expect_rows_apart();
  to.expect_apart(in);
  return carry_out(
      result,
      [&layer = self.layer, data = in.data(), stride = in.stride(0), rows = in.size(0), to = to.data(),
       to_stride = to.stride(0)] { layer.run(data, stride, rows, to, to_stride); },
      x, result, self);
}

void init_conv2d(Conv2dLayer *self, nb::object weight, nb::object bias, const Window &window, size_t groups,
                 bool is_signed, int zero, const OutputSettings &output, const std::string &isa, size_t threads) {
  const Parameters p(weight, bias, 4);
  const size_t columns = p.weight.size(0), depth = p.weight.size(3);
  p.weight.expect_shape({columns, window.kernel[0], window.kernel[1], depth});
  p.bias.expect_shape({columns});
  expect_channels(output, columns);
  if (groups == 0 || columns % groups != 0) value_error("groups: does not divide the output channels");
  Conv2d layer(choose(&Isa::gemm, isa), window, groups, depth, columns, p.weight.data<int8_t>(), p.bias.data<int32_t>(),
               {is_signed, zero}, output, threads);
  new (self) Conv2dLayer{{std::move(layer), depth * groups, columns, byte_type(is_signed), output_type(output)}};
}

void init_depthwise(DepthwiseLayer *self, nb::object weight, nb::object bias, const Window &window, bool is_signed,
                    int zero, const OutputSettings &output, const std::string &isa, size_t threads) {
  const Parameters p(weight, bias, 3);
  const size_t channels = p.weight.size(2);
  p.weight.expect_shape({window.kernel[0], window.kernel[1], channels});
  p.bias.expect_shape({channels});
  expect_channels(output, channels);
  Depthwise layer(choose(&Isa::depthwise, isa), window, channels, p.weight.data<int8_t>(), p.bias.data<int32_t>(),
                  {is_signed, zero}, output, threads);
  new (self) DepthwiseLayer{{std::move(layer), channels, channels, byte_type(is_signed), output_type(output)}};
}

template <class Layer>
nb::object call_image(const Layer &self, nb::object x, nb::object out) {
  const Array in(x, "x", self.input_type);
  const Image image = image_of(in);
  in.expect_shape({image.batch, image.height, image.width, self.inputs});
  const std::vector<size_t> shape = output_shape(in, self.layer.window(), self.outputs);
  nb::object result = out_or_empty(std::move(out), shape, self.out_type);
  const Array to(result, "out", self.out_type, true);
  to.expect_shape(shape);
  to.expect_pixels();
  to.expect_apart(in);
  return carry_out(
      result,
      [&layer = self.layer, image, to = to.data(), stride = to.pixel_stride()] { layer.run(image, to, stride); }, x,
      result, self);
}

}  // namespace

void bind_layers(nb::module_ &m) {
  nb::class_<MatmulLayer>(m, "Matmul")
      .def("__init__", &init_matmul)
      .def("__call__", &call_matmul, nb::arg("x").none(), nb::arg("out") = nb::none())
      .def_prop_ro("isa", &MatmulLayer::isa);
  nb::class_<Conv2dLayer>(m, "Conv2d")
      .def("__init__", &init_conv2d)
      .def("__call__", &call_image<Conv2dLayer>, nb::arg("x").none(), nb::arg("out") = nb::none())
      .def_prop_ro("isa", &Conv2dLayer::isa);
  nb::class_<DepthwiseLayer>(m, "DepthwiseConv2d")
      .def("__init__", &init_depthwise)
      .def("__call__", &call_image<DepthwiseLayer>, nb::arg("x").none(), nb::arg("out") = nb::none())
      .def_prop_ro("isa", &DepthwiseLayer::isa);
}

}  // namespace accord
