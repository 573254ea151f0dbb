// Memory that kernels load whole vectors from.
#pragma once
#include <cstddef>
#include <memory>
#include <new>

namespace accord {

constexpr size_t vector_alignment = 64;

// Uninitialized bytes, aligned to a cache line.
class Buffer {
 public:
  explicit Buffer(size_t bytes) : bytes_(allocate(bytes)) {}
  void *data() { return bytes_.get(); }
  const void *data() const { return bytes_.get(); }

 private:
  struct Delete {
    void operator()(void *p) const { ::operator delete(p, std::align_val_t{vector_alignment}); }
  };
  static void *allocate(size_t bytes) {
    return ::operator new(bytes ? bytes : vector_alignment, std::align_val_t{vector_alignment});
  }
  std::unique_ptr<void, Delete> bytes_;
};

}  // namespace accord
