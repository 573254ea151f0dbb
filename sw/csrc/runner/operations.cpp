#include "operations.hpp"

#include <algorithm>
#include <array>
#include <string_view>

#include "../layers/conv2d.hpp"
#include "../layers/depthwise.hpp"
#include "../layers/dot.hpp"
#include "../layers/pointwise.hpp"
#include "../layers/pool.hpp"
#include "../layers/requantize.hpp"
#include "../registry/capability.hpp"
#include "memory.hpp"

namespace accord {
namespace {

// A request whose instruction set is available, and its memory.
struct Case {
  Request &in;
  std::string isa;
  Memory memory;
  View out;

  View view() { return memory.view(in); }
};

InputSettings input_of(Request &in) {
  const bool is_signed = in.flag();
  return {is_signed, in.integer()};
}

OutputSettings output_of(Request &in) {
  OutputSettings output;
  output.contract = static_cast<Contract>(in.integer());
  output.zero = in.integer();
  output.low = in.integer();
  output.high = in.integer();
  output.is_unsigned = in.flag();
  output.multiplier = in.values<float>();
  output.fraction = in.values<int32_t>();
  output.shift = in.values<int32_t>();
  if (in.flag()) {
    std::array<uint8_t, 256> table{};
    std::copy_n(in.bytes(table.size()), table.size(), table.begin());
    output.lookup = std::make_shared<const std::array<uint8_t, 256>>(table);
  }
  return output;
}

Window window_of(Request &in) {
  size_t v[10];
  for (size_t &one : v) one = in.number();
  return {{v[0], v[1]}, {v[2], v[3]}, {v[4], v[5]}, {v[6], v[7]}, {v[8], v[9]}};
}

Image image_of(const View &x) {
  return {x.data, x.size[0], x.size[1], x.size[2], x.size[3], {x.stride[0], x.stride[1], x.stride[2]}};
}

std::string run_matmul(Case &c) {
  const View x = c.view(), weight = c.view(), bias = c.view();
  const InputSettings input = input_of(c.in);
  const OutputSettings output = output_of(c.in);
  const size_t threads = c.in.number();
  const Matmul layer(choose(&Isa::gemm, c.isa), weight.size[0], weight.size[1], weight.as<int8_t>(), bias.as<int32_t>(),
                     input, output, threads);
  layer.run(x.data, x.stride[0], x.size[0], c.out.data, c.out.stride[0]);
  return layer.isa();
}

std::string run_conv2d(Case &c) {
  const View x = c.view(), weight = c.view(), bias = c.view();
  const InputSettings input = input_of(c.in);
  const OutputSettings output = output_of(c.in);
  const size_t threads = c.in.number();
  const Window window = window_of(c.in);
  const size_t groups = c.in.number();
  const ptrdiff_t out_stride = c.in.integer();
  const Conv2d layer(choose(&Isa::gemm, c.isa), window, groups, weight.size[3], weight.size[0], weight.as<int8_t>(),
                     bias.as<int32_t>(), input, output, threads);
  layer.run(image_of(x), c.out.data, out_stride);
  return layer.isa();
}

std::string run_depthwise(Case &c) {
  const View x = c.view(), weight = c.view(), bias = c.view();
  const InputSettings input = input_of(c.in);
  const OutputSettings output = output_of(c.in);
  const size_t threads = c.in.number();
  const Window window = window_of(c.in);
  const ptrdiff_t out_stride = c.in.integer();
  const Depthwise layer(choose(&Isa::depthwise, c.isa), window, weight.size[2], weight.as<int8_t>(), bias.as<int32_t>(),
                        input, output, threads);
  layer.run(image_of(x), c.out.data, out_stride);
  return layer.isa();
}

std::string run_dot(Case &c) {
  const View x = c.view(), w = c.view();
  const InputSettings input = input_of(c.in);
  const auto choice = choose(&Isa::dot, c.isa);
  *c.out.as<int32_t>() = dot(*choice.table, x.data, w.as<int8_t>(), x.count(), input, c.in.integer());
  return choice.isa->name;
}

std::string run_requantize(Case &c) {
  const View x = c.view();
  const OutputSettings output = output_of(c.in);
  const auto choice = choose(&Isa::requantize, c.isa);
  const size_t columns = x.size.back(), rows = columns ? x.count() / columns : 0;
  if (rows != 0)
    requantize(*choice.table, output, {x.as<int32_t>(), rows, columns, columns}, c.out.data,
               static_cast<ptrdiff_t>(columns * output.item_bytes()));
  return choice.isa->name;
}

QuantizeCall quantize_call(Request &in, const View &x, const View &out) {
  QuantizeCall call = {.x = x.as<float>(), .out = out.data, .count = x.count()};
  call.contract = static_cast<Contract>(in.integer());
  call.scale = in.real();
  call.zero = in.integer();
  const bool is_signed = in.flag();
  call.low = is_signed ? -128 : 0;
  call.high = is_signed ? 127 : 255;
  return call;
}

std::string run_quantize(Case &c) {
  const View x = c.view();
  const auto choice = choose(&Isa::pointwise, c.isa);
  quantize(*choice.table, quantize_call(c.in, x, c.out));
  return choice.isa->name;
}

std::string run_quantize_image(Case &c) {
  const View x = c.view();
  const auto choice = choose(&Isa::pointwise, c.isa);
  QuantizeCall call = quantize_call(c.in, x, c.out);
  call.count = static_cast<size_t>(x.size[2]) * x.size[3];
  quantize_planes(*choice.table, call, x.size[0], x.size[1]);
  return choice.isa->name;
}

std::string run_dequantize(Case &c) {
  const View x = c.view();
  const auto choice = choose(&Isa::pointwise, c.isa);
  const float scale = c.in.real();
  const InputSettings input = input_of(c.in);
  dequantize(*choice.table, {x.data, c.out.as<float>(), x.count(), input.is_signed, scale, input.zero});
  return choice.isa->name;
}

Spread spread_of(Request &in) {
  Spread s = {};
  s.outer = in.number();
  s.times = in.number();
  s.inner = in.number();
  s.is_b = in.flag();
  return s;
}

std::string run_add(Case &c) {
  const View a = c.view(), b = c.view();
  const auto choice = choose(&Isa::pointwise, c.isa);
  const Spread spread = spread_of(c.in);
  AddCall call = {.a = a.data, .b = b.data, .out = c.out.data, .count = c.out.count()};
  call.is_signed = c.in.flag();
  call.contract = static_cast<Contract>(c.in.integer());
  for (float *one : {&call.ratio_a, &call.ratio_b}) *one = c.in.real();
  for (int32_t *one : {&call.zero_a, &call.zero_b, &call.zero, &call.low, &call.high}) *one = c.in.integer();
  for (int32_t *one : {&call.fraction_a, &call.shift_a, &call.fraction_b, &call.shift_b, &call.fraction, &call.shift})
    *one = c.in.integer();
  add(*choice.table, call, spread);
  return choice.isa->name;
}

std::string run_multiply(Case &c) {
  const View a = c.view(), b = c.view();
  const auto choice = choose(&Isa::pointwise, c.isa);
  const Spread spread = spread_of(c.in);
  MultiplyCall call = {.a = a.data, .b = b.data, .out = c.out.data, .count = c.out.count()};
  call.is_signed = c.in.flag();
  for (int32_t *one : {&call.zero_a, &call.zero_b}) *one = c.in.integer();
  multiply(*choice.table, output_of(c.in), call, spread);
  return choice.isa->name;
}

std::string run_lookup(Case &c) {
  const View x = c.view(), table = c.view();
  const auto choice = choose(&Isa::pointwise, c.isa);
  choice.table->lookup(x.data, table.data, c.out.data, x.count());
  return choice.isa->name;
}

std::string run_max_pool(Case &c) {
  const View x = c.view();
  const auto choice = choose(&Isa::pool, c.isa);
  const Window window = window_of(c.in);
  max_pool(*choice.table, window, image_of(x), c.in.flag(), c.out.data);
  return choice.isa->name;
}

std::string run_average_pool(Case &c) {
  const View x = c.view();
  const auto choice = choose(&Isa::pool, c.isa);
  const Window window = window_of(c.in);
  AverageCall call = {};
  call.is_signed = c.in.flag();
  call.zero = c.in.integer();
  call.count_padding = c.in.flag();
  for (size_t left = c.in.number(); left > 0; --left) call.outputs.push_back(output_of(c.in));
  average_pool(*choice.table, *choose(&Isa::requantize, c.isa).table, window, image_of(x), call, c.out.data);
  return choice.isa->name;
}

struct Operation {
  std::string_view name;
  std::string (*run)(Case &);
};

constexpr Operation operations[] = {{"matmul", run_matmul},
                                    {"conv2d", run_conv2d},
                                    {"depthwise", run_depthwise},
                                    {"dot", run_dot},
                                    {"requantize", run_requantize},
                                    {"quantize", run_quantize},
                                    {"quantize_image", run_quantize_image},
                                    {"dequantize", run_dequantize},
                                    {"add", run_add},
                                    {"multiply", run_multiply},
                                    {"lookup", run_lookup},
                                    {"max_pool", run_max_pool},
                                    {"average_pool", run_average_pool}};

std::string joined(const std::vector<std::string> &names) {
  std::string all;
  for (const std::string &name : names) all += (all.empty() ? "" : " ") + name;
  return all;
}

}  // namespace

// Nothing is thrown for a wrong instruction set: a target may have no exceptions.
Reply answer(Request request) {
  const std::string name = request.text();
  if (name == "available") return {true, joined(available_names()), {}};
  if (name == "capabilities") return {true, joined(capability_names(usable_capabilities())), {}};
  const std::string isa = request.text();
  const std::vector<std::string> names = available_names();
  if (!isa.empty() && std::find(names.begin(), names.end(), isa) == names.end())
    return {false, "isa: '" + isa + "' is not available here; available: " + joined(names), {}};
  if (name == "implementation") {
    const char *found = implementation_of(request.text(), isa);
    return {found != nullptr, found ? found : "no such operation", {}};
  }
  for (const Operation &operation : operations)
    if (operation.name == name) {
      Memory memory(request);
      const View out = memory.view(request);
      Case c = {request, isa, memory, out};
      const std::string ran = operation.run(c);
      return {true, ran, memory.bytes_of(out.region)};
    }
  return {false, "no operation is named '" + name + "'", {}};
}

}  // namespace accord
