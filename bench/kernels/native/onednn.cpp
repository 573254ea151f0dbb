// oneDNN 2.x called directly: weights in the layout it asks for, attributes set once, no conversion in the loop.
#include <cstring>
#include <dnnl.hpp>
#include <stdexcept>
#include <string>

#include "candidate.hpp"

namespace accord::bench {
namespace {

using dnnl::memory;
using Tag = memory::format_tag;

struct Library {
  dnnl::engine engine{dnnl::engine::kind::cpu, 0};
  dnnl::stream stream{engine};
};

Library &library() {
  static Library it;
  return it;
}

// Shapes as the library says them (NCHW, OIHW), and where the caller's bytes are.
struct Shapes {
  memory::desc x, w, y;              // the caller's
  memory::desc any_x, any_w, any_y;  // what the primitive may choose
  memory::dims padding;
};

memory::dim at(const In &a, size_t axis) { return static_cast<memory::dim>(a.shape(axis)); }

memory::data_type type_of(const Problem &p, bool weight) {
  if (p.x.itemsize() == 4) return memory::data_type::f32;
  return weight ? memory::data_type::s8 : memory::data_type::u8;
}

memory::data_type out_type(const Problem &p) {
  if (p.x.itemsize() == 4) return memory::data_type::f32;
  return p.out.itemsize() == 4 ? memory::data_type::s32 : memory::data_type::u8;
}

Shapes product_shapes(const Problem &p, bool inner) {
  const memory::dim m = at(p.x, 0), k = at(p.x, 1), n = at(p.weights[0], 1);
  const memory::data_type x = type_of(p, false), w = type_of(p, true), y = out_type(p);
  Shapes s;
  s.x = s.any_x = {{m, k}, x, Tag::ab};
  s.y = s.any_y = {{m, n}, y, Tag::ab};
  // inner products name their weights (N, K); the bytes are (K, N)
  s.w = inner ? memory::desc({n, k}, w, Tag::ba) : memory::desc({k, n}, w, Tag::ab);
  s.any_w = inner ? memory::desc({n, k}, w, Tag::any) : memory::desc({k, n}, w, Tag::any);
  return s;
}

Shapes image_shapes(const Problem &p, Operation operation, bool plain) {
  const In &weight = p.weights[0];
  const memory::dim height = at(p.x, 1), width = at(p.x, 2), channels = at(p.x, 3);
  const bool depthwise = operation == Operation::depthwise;
  const memory::dim kh = at(weight, depthwise ? 0 : 1), kw = at(weight, depthwise ? 1 : 2);
  const memory::dim outputs = depthwise ? channels : at(weight, 0);
  const auto pad = static_cast<memory::dim>(p.padding);
  const memory::dims in = {1, channels, height, width};
  const memory::dims out = {1, outputs, height + 2 * pad - kh + 1, width + 2 * pad - kw + 1};
  const memory::dims taps = depthwise ? memory::dims{channels, 1, 1, kh, kw} : memory::dims{outputs, channels, kh, kw};
  const memory::data_type x = type_of(p, false), w = type_of(p, true), y = out_type(p);
  Shapes s;
  s.x = {in, x, Tag::nhwc};
  s.y = {out, y, Tag::nhwc};
  s.any_x = {in, x, plain ? Tag::nhwc : Tag::any};
  s.any_y = {out, y, plain ? Tag::nhwc : Tag::any};
  s.w = {taps, w, depthwise ? Tag::decab : Tag::acdb};
  s.any_w = {taps, w, Tag::any};
  s.padding = {pad, pad};
  return s;
}

// A product as a 1x1 convolution over an image of M pixels.
Shapes pixel_shapes(const Problem &p, bool plain) {
  const memory::dim m = at(p.x, 0), k = at(p.x, 1), n = at(p.weights[0], 1);
  const memory::data_type x = type_of(p, false), w = type_of(p, true), y = out_type(p);
  Shapes s;
  s.x = {{1, k, 1, m}, x, Tag::nhwc};
  s.y = {{1, n, 1, m}, y, Tag::nhwc};
  s.any_x = {{1, k, 1, m}, x, plain ? Tag::nhwc : Tag::any};
  s.any_y = {{1, n, 1, m}, y, plain ? Tag::nhwc : Tag::any};
  s.w = {{n, k, 1, 1}, w, Tag::cdba};
  s.any_w = {{n, k, 1, 1}, w, Tag::any};
  s.padding = {0, 0};
  return s;
}

struct Chosen {
  dnnl::primitive primitive;
  memory::desc x, w, y;
};

template <class Descriptor>
Chosen chosen(const Descriptor &d) {
  return {typename Descriptor::primitive_type(d), d.src_desc(), d.weights_desc(), d.dst_desc()};
}

Chosen choose_primitive(const std::string &name, const Shapes &s, const std::vector<float> &multiplier) {
  dnnl::primitive_attr attributes;
  if (!multiplier.empty()) attributes.set_output_scales(1 << 1, multiplier);
  const dnnl::engine &engine = library().engine;
  const dnnl::prop_kind forward = dnnl::prop_kind::forward_inference;
  if (name == "matmul") {
    const dnnl::matmul::primitive_desc d({s.any_x, s.any_w, s.any_y}, attributes, engine);
    return {dnnl::matmul(d), d.src_desc(), d.weights_desc(), d.dst_desc()};
  }
  if (name == "inner_product") {
    const dnnl::inner_product_forward::primitive_desc d({forward, s.any_x, s.any_w, s.any_y}, attributes, engine);
    return {dnnl::inner_product_forward(d), d.src_desc(), d.weights_desc(), d.dst_desc()};
  }
  const dnnl::convolution_forward::primitive_desc d(
      {forward, dnnl::algorithm::convolution_direct, s.any_x, s.any_w, s.any_y, {1, 1}, s.padding, s.padding},
      attributes, engine);
  return {dnnl::convolution_forward(d), d.src_desc(), d.weights_desc(), d.dst_desc()};
}

void copy(memory from, memory to) {
  dnnl::reorder(from, to).execute(library().stream, from, to);
  library().stream.wait();
}

class Onednn : public Candidate {
 public:
  Onednn(Problem problem, const Shapes &shapes, Chosen chosen)
      : problem_(std::move(problem)), chosen_(std::move(chosen)) {
    const dnnl::engine &engine = library().engine;
    const auto caller = [&](const memory::desc &d, const void *data) {
      return memory(d, engine, const_cast<void *>(data));
    };
    x_ = moved(caller(shapes.x, problem_.x.data()), chosen_.x);
    plain_ = caller(shapes.y, problem_.out.data());
    y_ = chosen_.y == shapes.y ? plain_ : memory(chosen_.y, engine);
    for (const In &w : problem_.weights) {
      weights_.push_back(moved(caller(shapes.w, w.data()), chosen_.w));
      arguments_.push_back(
          {{DNNL_ARG_SRC, x_.get()}, {DNNL_ARG_WEIGHTS, weights_.back().get()}, {DNNL_ARG_DST, y_.get()}});
    }
  }

  size_t copies() const override { return arguments_.size(); }

  void run(size_t copy) override {
    // the C interface: the other makes a map into an array at each call
    const std::vector<dnnl_exec_arg_t> &a = arguments_[copy];
    if (dnnl_primitive_execute(chosen_.primitive.get(), library().stream.get(), static_cast<int>(a.size()), a.data()) !=
        dnnl_success)
      throw std::runtime_error("oneDNN: execution failed");
  }

  void finish() override {
    if (y_.get() != plain_.get()) copy(y_, plain_);
  }

 private:
  static memory moved(memory from, const memory::desc &to) {
    memory result(to, library().engine);
    copy(from, result);
    return result;
  }

  Problem problem_;
  Chosen chosen_;
  memory x_, y_, plain_;
  std::vector<memory> weights_;
  std::vector<std::vector<dnnl_exec_arg_t>> arguments_;
};

}  // namespace

std::unique_ptr<Candidate> onednn(const std::string &primitive, Operation operation, Problem problem, bool plain) {
  Shapes shapes;
  if (operation != Operation::product)
    shapes = image_shapes(problem, operation, plain);
  else if (primitive == "convolution")
    shapes = pixel_shapes(problem, plain);
  else
    shapes = product_shapes(problem, primitive == "inner_product");
  Chosen chosen = choose_primitive(primitive, shapes, problem.multiplier);
  return std::make_unique<Onednn>(std::move(problem), shapes, std::move(chosen));
}

std::string onednn_version() {
  const dnnl_version_t *v = dnnl_version();
  return std::to_string(v->major) + "." + std::to_string(v->minor) + "." + std::to_string(v->patch);
}

}  // namespace accord::bench
