// accord's own layers, made from the same arrays as everybody's.
#include <stdexcept>
#include <string>

#include "../../../sw/csrc/layers/conv2d.hpp"
#include "../../../sw/csrc/layers/depthwise.hpp"
#include "candidate.hpp"

namespace accord::bench {
namespace {

constexpr InputSettings unsigned_input = {.is_signed = false, .zero = 0};

OutputSettings output_of(const Problem &p) {
  OutputSettings output;
  if (p.out.itemsize() == 1) {
    output.contract = contract_onnx;
    output.zero = -128;  // zero point 0 of u8
    output.is_unsigned = true;
    output.multiplier = p.multiplier;
  }
  return output;
}

Window window_of(const Problem &p, size_t height, size_t width) {
  return {{height, width}, {1, 1}, {1, 1}, {p.padding, p.padding}, {p.padding, p.padding}};
}

Image image_of(const In &x) {
  const size_t height = x.shape(1), width = x.shape(2), channels = x.shape(3);
  const auto pixel = static_cast<ptrdiff_t>(channels), row = static_cast<ptrdiff_t>(width * channels);
  return {.data = static_cast<const uint8_t *>(x.data()),
          .batch = x.shape(0),
          .height = height,
          .width = width,
          .channels = channels,
          .stride = {static_cast<ptrdiff_t>(height) * row, row, pixel}};
}

template <class Layer>
class Ours : public Candidate {
 public:
  Ours(Problem problem, std::vector<Layer> layers) : problem_(std::move(problem)), layers_(std::move(layers)) {}
  size_t copies() const override { return layers_.size(); }

  void run(size_t copy) override {
    const Problem &p = problem_;
    const auto to = static_cast<uint8_t *>(p.out.data());
    const auto stride = static_cast<ptrdiff_t>(p.out.shape(p.out.ndim() - 1) * p.out.itemsize());
    if constexpr (std::is_same_v<Layer, Matmul>)
      layers_[copy].run(static_cast<const uint8_t *>(p.x.data()), p.x.shape(1), p.x.shape(0), to, stride);
    else
      layers_[copy].run(image_of(p.x), to, stride);
  }

 private:
  Problem problem_;
  std::vector<Layer> layers_;
};

template <class Layer, class Make>
std::unique_ptr<Candidate> copies_of(Problem problem, Make make) {
  std::vector<Layer> layers;
  for (const In &w : problem.weights) layers.push_back(make(w, static_cast<const int8_t *>(w.data())));
  return std::make_unique<Ours<Layer>>(std::move(problem), std::move(layers));
}

}  // namespace

std::unique_ptr<Candidate> accord_layer(Operation operation, Problem p, const std::string &isa) {
  const OutputSettings output = output_of(p);
  const std::vector<int32_t> bias(p.out.shape(p.out.ndim() - 1));
  if (operation == Operation::product)
    return copies_of<Matmul>(p, [&](const In &w, const int8_t *data) {
      return Matmul(choose(&Isa::gemm, isa), w.shape(0), w.shape(1), data, bias.data(), unsigned_input, output, 1);
    });
  if (operation == Operation::convolution)
    return copies_of<Conv2d>(p, [&](const In &w, const int8_t *data) {
      return Conv2d(choose(&Isa::gemm, isa), window_of(p, w.shape(1), w.shape(2)), 1, w.shape(3), w.shape(0), data,
                    bias.data(), unsigned_input, output, 1);
    });
  return copies_of<Depthwise>(p, [&](const In &w, const int8_t *data) {
    return Depthwise(choose(&Isa::depthwise, isa), window_of(p, w.shape(0), w.shape(1)), w.shape(2), data, bias.data(),
                     unsigned_input, output, 1);
  });
}

const char *accord_isa(Operation operation, const std::string &isa) {
  return operation == Operation::depthwise ? choose(&Isa::depthwise, isa).isa->name : choose(&Isa::gemm, isa).isa->name;
}

}  // namespace accord::bench
