// What takes part in a comparison: prepared copies of one layer, called in turn.
#pragma once
#include <nanobind/nanobind.h>
#include <nanobind/ndarray.h>

#include <memory>
#include <vector>

namespace accord::bench {

namespace nb = nanobind;

// Any array of the processor's memory, without gaps, in C order.
using In = nb::ndarray<nb::ro, nb::c_contig, nb::device::cpu>;
using Out = nb::ndarray<nb::c_contig, nb::device::cpu>;

class Candidate {
 public:
  virtual ~Candidate() = default;
  virtual void run(size_t copy) = 0;
  // Brings the output of the last run to the caller's array, where it is not there already.
  virtual void finish() {}
  virtual size_t copies() const = 0;

  // Seconds of the processor's time that this process took for so many calls; each copy is called once before.
  double time(size_t calls);

 private:
  size_t next_ = 0;
};

// One layer of a case: arrays stay the caller's and alive. Images are NHWC, all strides are 1.
struct Problem {
  In x;                           // product: (M, K); convolution: (1, H, W, C)
  std::vector<In> weights;        // a copy each; product: (K, N); convolution: (O, KH, KW, C); depthwise: (KH, KW, C)
  Out out;                        // 32-bit sums where its entries are int32 or float, else bytes
  std::vector<float> multiplier;  // a channel each, for bytes: sat_u8(RNE(f32(acc) * M))
  size_t padding = 0;             // on all four sides
};

enum class Operation { product, convolution, depthwise };

std::unique_ptr<Candidate> accord_layer(Operation operation, Problem problem, const std::string &isa);
const char *accord_isa(Operation operation, const std::string &isa);

// Names of the peaks that the processor has; each as a candidate, and how many operations, or bytes, a call is.
std::vector<std::string> peak_names();
std::unique_ptr<Candidate> peak(const std::string &name);
double peak_work(const std::string &name);
// Reads so many bytes a call, vector by vector, over and over the same.
std::unique_ptr<Candidate> reader(size_t bytes);

#if ACCORD_BENCH_ONEDNN
// `primitive`: "matmul", "inner_product", "convolution". `plain`: images stay NHWC, else the library chooses.
std::unique_ptr<Candidate> onednn(const std::string &primitive, Operation operation, Problem problem, bool plain);
std::string onednn_version();
#endif

}  // namespace accord::bench
