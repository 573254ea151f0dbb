// 16 bytes at a time, both operands widened to s16.
#include <wasm_simd128.h>

#include "dot.hpp"

namespace accord {
namespace {

inline v128_t add_products(v128_t sums, v128_t a, v128_t b) { return wasm_i32x4_add(sums, wasm_i32x4_dot_i16x8(a, b)); }

inline uint32_t sum_lanes(v128_t v) {
  return static_cast<uint32_t>(wasm_i32x4_extract_lane(v, 0)) + static_cast<uint32_t>(wasm_i32x4_extract_lane(v, 1)) +
         static_cast<uint32_t>(wasm_i32x4_extract_lane(v, 2)) + static_cast<uint32_t>(wasm_i32x4_extract_lane(v, 3));
}

int32_t total(const int8_t *w, size_t count) {
  v128_t sums = wasm_i32x4_const_splat(0);
  size_t i = 0;
  for (; i + 16 <= count; i += 16)
    sums =
        wasm_i32x4_add(sums, wasm_i32x4_extadd_pairwise_i16x8(wasm_i16x8_extadd_pairwise_i8x16(wasm_v128_load(w + i))));
  uint32_t sum = sum_lanes(sums);
  for (; i < count; ++i) sum += static_cast<uint32_t>(w[i]);
  return static_cast<int32_t>(sum);
}

int32_t dot(const uint8_t *x, bool is_signed, const int8_t *w, size_t count) {
  v128_t sums = wasm_i32x4_const_splat(0);
  size_t i = 0;
  for (; i + 8 <= count; i += 8) {
    const v128_t words = is_signed ? wasm_i16x8_load8x8(x + i) : wasm_u16x8_load8x8(x + i);
    sums = add_products(sums, words, wasm_i16x8_load8x8(w + i));
  }
  uint32_t sum = sum_lanes(sums);
  for (; i < count; ++i) sum += static_cast<uint32_t>((is_signed ? static_cast<int8_t>(x[i]) : x[i]) * w[i]);
  return static_cast<int32_t>(sum);
}

}  // namespace

const DotTable dot_wasm = {dot, total};

}  // namespace accord
