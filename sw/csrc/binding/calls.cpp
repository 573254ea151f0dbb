#include "calls.hpp"

#include <stdexcept>

namespace accord {
namespace {

thread_local Calls *writing = nullptr;

// An array by a view, which forbids that its memory moves.
nb::object kept(nb::handle object) {
  if (!PyObject_CheckBuffer(object.ptr())) return nb::borrow(object);
  return nb::steal(PyMemoryView_FromObject(object.ptr()));
}

}  // namespace

Calls *Calls::current() { return writing; }

void Calls::add(std::initializer_list<nb::handle> used, Work work) {
  for (nb::handle object : used) kept_.push_back(kept(object));
  work_.push_back(std::move(work));
}

void Calls::start() {
  if (writing) throw std::runtime_error("calls are being written down already");
  writing = this;
}

void Calls::stop() { writing = nullptr; }

void Calls::run() const {
  if (writing) throw std::runtime_error("calls cannot be made while others are written down");
  nb::gil_scoped_release release;
  for (const Work &work : work_) work();
}

void bind_calls(nb::module_ &m) {
  nb::class_<Calls>(m, "Calls")
      .def(nb::init<>())
      .def("__enter__",
           [](nb::handle_t<Calls> self) {
             nb::cast<Calls &>(self).start();
             return nb::borrow(self);
           })
      .def("__exit__", [](Calls &self, nb::args) { self.stop(); })
      .def("__len__", &Calls::size)
      .def("__call__", &Calls::run);
}

}  // namespace accord
