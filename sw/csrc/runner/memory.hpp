// The arrays of a request: regions of memory, each between two pages that nobody may touch where there are pages.
#pragma once
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "message.hpp"

namespace accord {

// One region. Its place is kept for those of later requests.
class Arena {
 public:
  Arena() = default;
  Arena(const Arena &) = delete;
  Arena &operator=(const Arena &) = delete;
  ~Arena();

  // `size` bytes that end where the region does, or begin `offset` bytes behind where it begins.
  uint8_t *place(size_t size, bool at_end, size_t offset);

 private:
  void reserve(size_t size);
  void release();

  uint8_t *first_ = nullptr;  // behind the first guard
  size_t size_ = 0;
};

// An array in a region.
struct View {
  uint8_t *data;
  size_t region;
  std::vector<uint32_t> size;
  std::vector<int32_t> stride;  // bytes

  template <class T>
  T *as() const {
    return reinterpret_cast<T *>(data);
  }
  size_t count() const {
    size_t product = 1;
    for (uint32_t one : size) product *= one;
    return product;
  }
};

// The regions of one request.
class Memory {
 public:
  explicit Memory(Request &request);
  View view(Request &request) const;
  std::vector<uint8_t> bytes_of(size_t region) const;

 private:
  struct Part {
    uint8_t *data;
    size_t size;
  };
  std::vector<Part> parts_;
};

}  // namespace accord
