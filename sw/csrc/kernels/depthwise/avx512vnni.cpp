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

// From the order of channels to that of interleave(), and back: the 128-bit parts of four vectors transposed.
inline Lanes transpose(const Lanes &x) {
  const __m512i a = _mm512_shuffle_i32x4(x.v[0], x.v[1], 0x44), b = _mm512_shuffle_i32x4(x.v[2], x.v[3], 0x44);
  const __m512i c = _mm512_shuffle_i32x4(x.v[0], x.v[1], 0xee), d = _mm512_shuffle_i32x4(x.v[2], x.v[3], 0xee);
  return {{_mm512_shuffle_i32x4(a, b, 0x88), _mm512_shuffle_i32x4(a, b, 0xdd), _mm512_shuffle_i32x4(c, d, 0x88),
           _mm512_shuffle_i32x4(c, d, 0xdd)}};
}

inline __m512i load_vector(const void *from) { return _mm512_loadu_si512(from); }

// A block's entries of an array of the epilogue, in the order of interleave().
template <class T>
inline Lanes load_block(const T *from) {
  return transpose({{load_vector(from), load_vector(from + 16), load_vector(from + 32), load_vector(from + 48)}});
}

inline void store_block(const Lanes &x, void *to) {
  for (size_t i = 0; i < 4; ++i) _mm512_store_si512(static_cast<uint8_t *>(to) + 64 * i, x.v[i]);
}

// An epilogue of one block whose arrays are in the order of interleave().
struct BlockEpilogue {
  alignas(64) int32_t bias[block], fraction[block], shift[block];
  alignas(64) float multiplier[block];
  Epilogue epilogue;

  BlockEpilogue(const Epilogue &e, size_t channel) : epilogue(e) {
    store_block(load_block(e.bias + channel), bias);
    store_block(load_block(e.multiplier + channel), multiplier);
    store_block(load_block(e.fraction + channel), fraction);
    store_block(load_block(e.shift + channel), shift);
    epilogue.bias = bias;
    epilogue.multiplier = multiplier;
    epilogue.fraction = fraction;
    epilogue.shift = shift;
  }
};

// The sums of 64 channels from `at` on, bias included.
template <size_t TAPS>
inline Lanes sum_block(const DepthwiseCall &c, size_t at, const int8_t *weights, const int32_t *bias) {
  const size_t taps = TAPS ? TAPS : c.shape.taps;
  const __m512i none = _mm512_setzero_si512();
  Lanes sums;
  for (size_t i = 0; i < 4; ++i) sums.v[i] = _mm512_load_si512(bias + 16 * i);
#pragma GCC unroll 8
  for (size_t t = 0; t < taps; t += step) {
    __m512i x[4];
#pragma GCC unroll 4
    for (size_t i = 0; i < step; ++i) x[i] = t + i < taps ? load_vector(c.taps[t + i] + at) : none;
    const Lanes lanes = interleave(x);
#pragma GCC unroll 4
    for (size_t i = 0; i < 4; ++i, weights += 64)
      sums.v[i] = _mm512_dpbusd_epi32(sums.v[i], lanes.v[i], _mm512_load_si512(weights));
  }
  return sums;
}

// The first `count` of 64 sums to `out`.
inline void finish_block(const Epilogue &e, const Lanes &sums, size_t count, uint8_t *out) {
  if (e.contract == contract_s32) {
    const Lanes ordered = transpose(sums);
    for (size_t i = 0; i < 4 && 16 * i < count; ++i) {
      const size_t some = count - 16 * i;
      const __mmask16 mask = some < 16 ? static_cast<__mmask16>((1u << some) - 1) : 0xffff;
      _mm512_mask_storeu_epi32(out + 64 * i, mask, ordered.v[i]);
    }
    return;
  }
  const __m512i low = _mm512_packs_epi32(requantize(e, sums.v[0], 0), requantize(e, sums.v[1], 16));
  const __m512i high = _mm512_packs_epi32(requantize(e, sums.v[2], 32), requantize(e, sums.v[3], 48));
  const __m512i bytes = _mm512_xor_si512(_mm512_packs_epi16(low, high), _mm512_set1_epi8(static_cast<char>(e.flip)));
  const __mmask64 mask = count < block ? (UINT64_C(1) << count) - 1 : ~UINT64_C(0);
  _mm512_mask_storeu_epi8(out, mask, bytes);
  look_up(e, out, count);
}

template <size_t TAPS, Contract CONTRACT>
void run_contract(const DepthwiseCall &c) {
  const size_t item = c.epilogue->contract == contract_s32 ? sizeof(int32_t) : 1, channels = c.shape.channels;
  const int8_t *weights = static_cast<const int8_t *>(c.weights);
  for (size_t first = 0; first < channels && first < c.count; first += block) {
    const BlockEpilogue finish(*c.epilogue, first);
    Epilogue e = finish.epilogue;  // a copy that no store can change, and of a contract known when compiled
    e.contract = CONTRACT;
    const size_t width = channels - first < block ? channels - first : block;
    for (size_t at = first; at < c.count; at += channels) {
      const size_t count = c.count - at < width ? c.count - at : width;
      finish_block(e, sum_block<TAPS>(c, at, weights, finish.bias), count, c.out + at * item);
    }
    weights += steps(c.shape) * block * step;
  }
}

template <size_t TAPS>
void run_taps(const DepthwiseCall &c) {
  if (c.epilogue->contract == contract_s32) return run_contract<TAPS, contract_s32>(c);
  if (c.epilogue->contract == contract_fma) return run_contract<TAPS, contract_fma>(c);
  if (c.epilogue->contract == contract_onnx) return run_contract<TAPS, contract_onnx>(c);
  run_contract<TAPS, contract_tflite>(c);
}

void run(const DepthwiseCall &c) {
  if (c.shape.taps == 9) return run_taps<9>(c);
  if (c.shape.taps == 25) return run_taps<25>(c);
  run_taps<0>(c);
}

}  // namespace

const DepthwiseTable depthwise_avx512vnni = {128, block, packed_bytes, pack, run};

}  // namespace accord
