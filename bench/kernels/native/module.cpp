// The module `_bench`: candidates for Python to check and to time.
#include <nanobind/stl/string.h>
#include <nanobind/stl/unique_ptr.h>
#include <nanobind/stl/vector.h>

#include "candidate.hpp"

NB_MODULE(_bench, m) {
  using namespace accord::bench;
  m.doc() = "Candidates in native loops: accord's layers, oneDNN's primitives, what the processor can do.";
  nb::enum_<Operation>(m, "Operation")
      .value("product", Operation::product)
      .value("convolution", Operation::convolution)
      .value("depthwise", Operation::depthwise);
  nb::class_<Problem>(m, "Problem")
      .def("__init__",
           [](Problem *self, In x, std::vector<In> weights, Out out, std::vector<float> multiplier, size_t padding) {
             new (self) Problem{std::move(x), std::move(weights), std::move(out), std::move(multiplier), padding};
           })
      .def_ro("padding", &Problem::padding);
  nb::class_<Candidate>(m, "Candidate")
      .def("run",
           [](Candidate &self, size_t copy) {
             self.run(copy);
             self.finish();
           })
      .def_prop_ro("copies", &Candidate::copies)
      .def("time", &Candidate::time, nb::arg("calls"));
  m.def("accord_layer", &accord_layer);
  m.def("accord_isa", &accord_isa);
  m.def("peak_names", &peak_names);
  m.def("peak", &peak);
  m.def("peak_work", &peak_work);
  m.def("reader", &reader);
#if ACCORD_BENCH_ONEDNN
  m.def("onednn", &onednn);
  m.def("onednn_version", &onednn_version);
#endif
}
