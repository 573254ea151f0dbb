// Rows in groups of two, widened to s16: what i32x4.dot_i16x8_s multiplies.
#include "../lanes_wasm.hpp"
#include "../lookup_wasm.hpp"

namespace accord {
namespace {

struct Grouping {
  using Weight = int16_t;
  static constexpr int32_t unsigned_offset = 0, signed_offset = 0;
  static constexpr size_t rows = 2;
  static constexpr size_t together = 4;  // outputs: of as many there are registers
  static size_t place(size_t i) { return i; }

  // Two rows' bytes interleaved, four channels of both.
  template <bool SIGNED>
  static void store_pairs(v128_t pairs, uint8_t *to) {
    wasm_v128_store(to, SIGNED ? wasm_i16x8_extend_low_i8x16(pairs) : wasm_u16x8_extend_low_u8x16(pairs));
  }

  template <bool SIGNED>
  static void store(const uint8_t *const *row, size_t c, size_t count, uint8_t *to) {
    const v128_t a = Lanes::load_quarter(row[0] + c, count), b = Lanes::load_quarter(row[1] + c, count);
    store_pairs<SIGNED>(Lanes::low_bytes(a, b), to);
  }

  template <bool SIGNED>
  static void store_four(const uint8_t *const *row, size_t c, uint8_t *to) {
    const v128_t a = wasm_v128_load(row[0] + c), b = wasm_v128_load(row[1] + c);
    const v128_t low = Lanes::low_bytes(a, b), high = Lanes::high_bytes(a, b);
    store_pairs<SIGNED>(low, to);
    wasm_v128_store(to + 16, SIGNED ? wasm_i16x8_extend_high_i8x16(low) : wasm_u16x8_extend_high_u8x16(low));
    store_pairs<SIGNED>(high, to + 32);
    wasm_v128_store(to + 48, SIGNED ? wasm_i16x8_extend_high_i8x16(high) : wasm_u16x8_extend_high_u8x16(high));
  }

  static v128_t multiply(v128_t sums, v128_t x, v128_t w) { return wasm_i32x4_add(sums, wasm_i32x4_dot_i16x8(x, w)); }
};

}  // namespace
}  // namespace accord

#define ACCORD_UNIT depthwise_wasm
#include "vector.inc"
