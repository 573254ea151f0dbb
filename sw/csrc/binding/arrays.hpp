// NumPy arrays as the layers want them, through the buffer protocol, and the errors that name an argument.
#pragma once
#include <nanobind/nanobind.h>

#include <string>
#include <vector>

namespace accord {

namespace nb = nanobind;

enum Type : unsigned { type_s8 = 1, type_u8 = 2, type_s32 = 4, type_f32 = 8 };

[[noreturn]] void value_error(const std::string &message);
[[noreturn]] void type_error(const std::string &message);

// A view of an array for as long as this lives.
class Array {
 public:
  // TypeError where it is no array, or its dtype is none of `types` (a union of Type).
  Array(nb::handle object, const char *name, unsigned types, bool writable = false);
  ~Array() { PyBuffer_Release(&view_); }
  Array(const Array &) = delete;
  Array &operator=(const Array &) = delete;

  Type type() const { return type_; }
  size_t axes() const { return static_cast<size_t>(view_.ndim); }
  size_t size(size_t axis) const { return static_cast<size_t>(view_.shape[axis]); }
  ptrdiff_t stride(size_t axis) const { return view_.strides[axis]; }
  size_t count() const;
  std::vector<size_t> shape() const;
  template <class T = uint8_t>
  T *data() const {
    return static_cast<T *>(view_.buf);
  }

  // ValueErrors: so many axes; this shape; axes from `axis` on without gaps, in C order.
  void expect_axes(size_t axes) const;
  void expect_shape(const std::vector<size_t> &shape) const;
  void expect_dense(size_t axis) const;
  // ValueErrors for an output: rows that overlap; pixels of an NHWC array that are not evenly spaced.
  void expect_rows_apart() const;
  void expect_pixels() const;
  ptrdiff_t pixel_stride() const;
  // ValueError where the bytes of both meet.
  void expect_apart(const Array &other) const;
  // ValueError where they meet, unless element i of one is element i of the other.
  void expect_apart_or_same(const Array &other) const;
  [[noreturn]] void fail(const std::string &message) const;

 private:
  bool meets(const Array &other) const;
  const char *name_;
  Py_buffer view_;
  Type type_;
};

// A new NumPy array.
nb::object empty(const std::vector<size_t> &shape, Type type);

// The caller's array, or a new one where that is None.
inline nb::object out_or_empty(nb::object out, const std::vector<size_t> &shape, Type type) {
  return out.is_none() ? empty(shape, type) : std::move(out);
}

}  // namespace accord
