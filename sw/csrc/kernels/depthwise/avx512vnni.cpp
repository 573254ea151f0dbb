// 64 channels at a time; four taps interleaved byte by byte are what vpdpbusd multiplies.
#include "../epilogue_avx512.hpp"
#include "depthwise.hpp"

namespace accord {
namespace {

constexpr size_t block = 64, step = 4;  // channels, taps

size_t blocks(const DepthwiseShape &s) { return (s.channels + block - 1) / block; }
size_t steps(const DepthwiseShape &s) { return (s.taps + step - 1) / step; }
size_t packed_bytes(const DepthwiseShape &s) { return blocks(s) * steps(s) * block * step; }

// The channel, within its block, of 32-bit lane `lane` of vector `vector`: interleaving works within 128 bits.
size_t channel_of(size_t vector, size_t lane) { return lane / 4 * 16 + vector * 4 + lane % 4; }

// Block after block; in one, four taps after another; there four vectors as interleave() leaves them.
void pack(const DepthwiseShape &s, const int8_t *weights, void *packed) {
  int8_t *out = static_cast<int8_t *>(packed);
  for (size_t first = 0; first < s.channels; first += block)
    for (size_t t = 0; t < steps(s) * step; t += step)
      for (size_t vector = 0; vector < 4; ++vector)
        for (size_t lane = 0; lane < block / 4; ++lane)
          for (size_t i = t; i < t + step; ++i) {
            const size_t c = first + channel_of(vector, lane);
            *out++ = c < s.channels && i < s.taps ? weights[i * s.channels + c] : int8_t{0};
          }
}

struct Lanes {
  __m512i v[4];
};

inline Lanes interleave(const __m512i taps[4]) {
  const __m512i low01 = _mm512_unpacklo_epi8(taps[0], taps[1]), high01 = _mm512_unpackhi_epi8(taps[0], taps[1]);
  const __m512i low23 = _mm512_unpacklo_epi8(taps[2], taps[3]), high23 = _mm512_unpackhi_epi8(taps[2], taps[3]);
  return {{_mm512_unpacklo_epi16(low01, low23), _mm512_unpackhi_epi16(low01, low23),
           _mm512_unpacklo_epi16(high01, high23), _mm512_unpackhi_epi16(high01, high23)}};
}

// Sums in the order of channels: the 128-bit parts of four vectors transposed.
inline void store_in_order(const Lanes &sums, int32_t *out) {
  const __m512i a = _mm512_shuffle_i32x4(sums.v[0], sums.v[1], 0x44),
                b = _mm512_shuffle_i32x4(sums.v[2], sums.v[3], 0x44);
  const __m512i c = _mm512_shuffle_i32x4(sums.v[0], sums.v[1], 0xee),
                d = _mm512_shuffle_i32x4(sums.v[2], sums.v[3], 0xee);
  _mm512_store_si512(out, _mm512_shuffle_i32x4(a, b, 0x88));
  _mm512_store_si512(out + 16, _mm512_shuffle_i32x4(a, b, 0xdd));
  _mm512_store_si512(out + 32, _mm512_shuffle_i32x4(c, d, 0x88));
  _mm512_store_si512(out + 48, _mm512_shuffle_i32x4(c, d, 0xdd));
}

// One pixel's sums of the channels of `mask`, from `channel` on.
void sum_block(const DepthwiseCall &c, const uint8_t *const *rows, size_t channel, __mmask64 mask,
               const int8_t *weights, int32_t *out) {
  const __m512i flip = _mm512_set1_epi8(c.is_signed ? static_cast<char>(0x80) : 0);
  const __m512i none = _mm512_setzero_si512();
  Lanes sums = {{none, none, none, none}};
  for (size_t t = 0; t < c.shape.taps; t += step) {
    __m512i taps[4];
    for (size_t i = 0; i < step; ++i) {
      const bool there = t + i < c.shape.taps;
      taps[i] = there ? _mm512_xor_si512(_mm512_maskz_loadu_epi8(mask, rows[t + i] + channel), flip) : none;
    }
    const Lanes x = interleave(taps);
    for (size_t i = 0; i < 4; ++i, weights += 64)
      sums.v[i] = _mm512_dpbusd_epi32(sums.v[i], x.v[i], _mm512_load_si512(weights));
  }
  store_in_order(sums, out);
}

void run(const DepthwiseCall &call) {
  const size_t item = call.epilogue->contract == contract_s32 ? sizeof(int32_t) : 1;
  const int8_t *weights = static_cast<const int8_t *>(call.weights);
  alignas(64) int32_t sums[block];
  for (size_t c = 0; c < call.shape.channels; c += block, weights += steps(call.shape) * block * step) {
    const size_t channels = call.shape.channels - c < block ? call.shape.channels - c : block;
    const __mmask64 mask = channels < block ? (UINT64_C(1) << channels) - 1 : ~UINT64_C(0);
    for (size_t i = 0; i < call.count; ++i) {
      sum_block(call, call.rows + i * call.shape.taps, c, mask, weights, sums);
      uint8_t *out = call.out + static_cast<ptrdiff_t>(i) * call.out_stride + c * item;
      finish_row(*call.epilogue, sums, channels, c, out);
    }
  }
}

}  // namespace

const DepthwiseTable depthwise_avx512vnni = {128, packed_bytes, pack, run};

}  // namespace accord
