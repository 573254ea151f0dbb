// Requests and replies of the runner: little-endian 32-bit numbers and bytes, one behind another.
#pragma once
#include <cstdint>
#include <cstring>
#include <string>
#include <vector>

namespace accord {

// Reads what a request consists of, in order. The sender is a test: a request that ends early ends the process.
class Request {
 public:
  Request(const uint8_t *data, size_t size) : at_(data), end_(data + size) {}

  uint32_t number() { return value<uint32_t>(); }
  int32_t integer() { return value<int32_t>(); }
  float real() { return value<float>(); }
  bool flag() { return number() != 0; }
  std::string text() {
    const size_t size = number();
    return {reinterpret_cast<const char *>(bytes(size)), size};
  }
  // A count, then so many values.
  template <class T>
  std::vector<T> values() {
    std::vector<T> all(number());
    for (T &one : all) one = value<T>();
    return all;
  }
  const uint8_t *bytes(size_t count) {
    if (count > static_cast<size_t>(end_ - at_)) __builtin_trap();
    const uint8_t *from = at_;
    at_ += count;
    return from;
  }

 private:
  template <class T>
  T value() {
    T one;
    std::memcpy(&one, bytes(sizeof one), sizeof one);
    return one;
  }

  const uint8_t *at_, *end_;
};

// What is sent back: a text, and bytes.
struct Reply {
  bool done;
  std::string text;  // the instruction set that ran, or what went wrong
  std::vector<uint8_t> bytes;
};

}  // namespace accord
