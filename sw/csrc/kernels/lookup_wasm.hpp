// A table of 256 bytes as sixteen swizzles: an index outside a part's sixteen gives zero. For units with SIMD128.
#pragma once
#include <stdint.h>
#include <wasm_simd128.h>

namespace accord {
namespace {

class Table {
 public:
  explicit Table(const uint8_t *entries) : entries_(entries) {}

  [[gnu::noinline]] v128_t operator[](v128_t x) const {
    v128_t found = wasm_i8x16_swizzle(wasm_v128_load(entries_), x);
#pragma clang loop unroll(full)
    for (int i = 1; i < 16; ++i) {
      x = wasm_i8x16_sub(x, wasm_i8x16_const_splat(16));
      found = wasm_v128_or(found, wasm_i8x16_swizzle(wasm_v128_load(entries_ + 16 * i), x));
    }
    return found;
  }

 private:
  const uint8_t *entries_;
};

}  // namespace
}  // namespace accord
