#include "arrays.hpp"

#include <cstdint>
#include <cstring>
#include <stdexcept>
#include <utility>

namespace accord {
namespace {

struct TypeName {
  Type type;
  char format;
  const char *name;
};

constexpr TypeName type_names[] = {
    {type_s8, 'b', "int8"}, {type_u8, 'B', "uint8"}, {type_s32, 'i', "int32"}, {type_f32, 'f', "float32"}};

std::string expected(unsigned types) {
  std::string names;
  for (const TypeName &t : type_names)
    if (types & t.type) names += (names.empty() ? "" : " or ") + std::string(t.name);
  return names;
}

std::string text(const std::vector<size_t> &shape) {
  std::string result = "(";
  for (size_t i = 0; i < shape.size(); ++i) result += (i ? ", " : "") + std::to_string(shape[i]);
  return result + (shape.size() == 1 ? ",)" : ")");
}

// The first byte, and the one behind the last.
std::pair<const uint8_t *, const uint8_t *> bounds(const Py_buffer &view) {
  const uint8_t *low = static_cast<const uint8_t *>(view.buf), *high = low + view.itemsize;
  for (int i = 0; i < view.ndim; ++i) {
    const ptrdiff_t reach = (view.shape[i] - 1) * view.strides[i];
    (reach < 0 ? low : high) += reach;
  }
  return {low, high};
}

}  // namespace

void value_error(const std::string &message) { throw std::invalid_argument(message); }
void type_error(const std::string &message) { throw nb::type_error(message.c_str()); }

Array::Array(nb::handle object, const char *name, unsigned types, bool writable) : name_(name) {
  if (PyObject_GetBuffer(object.ptr(), &view_, PyBUF_STRIDED_RO | PyBUF_FORMAT) != 0) {
    PyErr_Clear();
    type_error(std::string(name) + ": expected a NumPy array of " + expected(types) + ", got " +
               Py_TYPE(object.ptr())->tp_name);
  }
  if (writable && view_.readonly) {
    PyBuffer_Release(&view_);
    fail("the array is read-only");
  }
  const char *format = view_.format ? view_.format : "B";
  for (const TypeName &t : type_names)
    if ((types & t.type) && format[0] == t.format && format[1] == 0) {
      type_ = t.type;
      const size_t item = static_cast<size_t>(view_.itemsize);
      if (reinterpret_cast<uintptr_t>(view_.buf) % item == 0) return;
    }
  const std::string found(format);
  PyBuffer_Release(&view_);
  type_error(std::string(name_) + ": expected dtype " + expected(types) + ", aligned, got format '" + found + "'");
}

void Array::fail(const std::string &message) const { value_error(std::string(name_) + ": " + message); }

size_t Array::count() const {
  size_t product = 1;
  for (size_t i = 0; i < axes(); ++i) product *= size(i);
  return product;
}

std::vector<size_t> Array::shape() const { return {view_.shape, view_.shape + view_.ndim}; }

void Array::expect_axes(size_t wanted) const {
  if (axes() != wanted) fail("expected " + std::to_string(wanted) + " axes, got shape " + text(shape()));
}

void Array::expect_shape(const std::vector<size_t> &wanted) const {
  if (shape() != wanted) fail("expected shape " + text(wanted) + ", got " + text(shape()));
}

void Array::expect_dense(size_t axis) const {
  ptrdiff_t step = view_.itemsize;
  for (size_t i = axes(); i-- > axis;) {
    if (size(i) > 1 && stride(i) != step && count() != 0)
      fail("axis " + std::to_string(i) + " is not contiguous (stride of " + std::to_string(stride(i)) + " bytes)");
    step *= view_.shape[i];
  }
}

void Array::expect_rows_apart() const {
  if (size(0) > 1 && stride(0) < static_cast<ptrdiff_t>(size(1)) * view_.itemsize && count() != 0)
    fail("rows overlap or run backwards (stride of " + std::to_string(stride(0)) + " bytes)");
}

// Of an axis with several entries; the others have none that matters.
ptrdiff_t Array::pixel_stride() const {
  if (size(2) > 1) return stride(2);
  if (size(1) > 1) return stride(1);
  return size(0) > 1 ? stride(0) : 0;
}

void Array::expect_pixels() const {
  expect_dense(3);
  if (count() == 0) return;
  const ptrdiff_t pixel = pixel_stride(), width = view_.shape[2], height = view_.shape[1];
  const bool even = (size(2) <= 1 || stride(2) == pixel) && (size(1) <= 1 || stride(1) == width * pixel) &&
                    (size(0) <= 1 || stride(0) == height * width * pixel);
  const bool single = size(0) == 1 && size(1) == 1 && size(2) == 1;
  if (!even || (!single && pixel < view_.shape[3] * view_.itemsize)) fail("pixels are not evenly spaced");
}

bool Array::meets(const Array &other) const {
  if (count() == 0 || other.count() == 0) return false;
  const auto mine = bounds(view_), theirs = bounds(other.view_);
  return mine.first < theirs.second && theirs.first < mine.second;
}

void Array::expect_apart(const Array &other) const {
  if (meets(other)) fail(std::string("overlaps ") + other.name_);
}

void Array::expect_apart_or_same(const Array &other) const {
  if (view_.buf != other.view_.buf || view_.itemsize != other.view_.itemsize) expect_apart(other);
}

nb::object empty(const std::vector<size_t> &shape, Type type) {
  nb::object sizes = nb::steal(PyTuple_New(static_cast<Py_ssize_t>(shape.size())));
  for (size_t i = 0; i < shape.size(); ++i)
    PyTuple_SET_ITEM(sizes.ptr(), static_cast<Py_ssize_t>(i), PyLong_FromSize_t(shape[i]));
  static const nb::handle make = nb::object(nb::module_::import_("numpy").attr("empty")).release();
  for (const TypeName &t : type_names)
    if (t.type == type) return make(sizes, t.name);
  throw std::logic_error("no such type");
}

}  // namespace accord
