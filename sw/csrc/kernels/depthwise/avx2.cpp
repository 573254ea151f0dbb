// 16 channels at a time; two taps interleaved as s16 are what vpmaddwd multiplies.
#include "../epilogue_avx2.hpp"
#include "depthwise.hpp"

namespace accord {
namespace {

constexpr size_t block = 16, step = 2;  // channels, taps

size_t blocks(const DepthwiseShape &s) { return (s.channels + block - 1) / block; }
size_t steps(const DepthwiseShape &s) { return (s.taps + step - 1) / step; }
size_t block_items(const DepthwiseShape &s) { return steps(s) * block * step; }
size_t packed_bytes(const DepthwiseShape &s) { return blocks(s) * block_items(s) * sizeof(int16_t); }

// The channel, within its block, of 32-bit lane `lane` of vector `vector`: interleaving works within 128 bits.
size_t channel_of(size_t vector, size_t lane) { return lane / 4 * 8 + vector * 4 + lane % 4; }

// Block after block; in one, two taps after another; there the low and the high halves as unpacking leaves them.
void pack(const DepthwiseShape &s, const int8_t *weights, void *packed) {
  int16_t *out = static_cast<int16_t *>(packed);
  for (size_t first = 0; first < s.channels; first += block)
    for (size_t t = 0; t < s.taps; t += step)
      for (size_t vector = 0; vector < 2; ++vector)
        for (size_t lane = 0; lane < block / 2; ++lane)
          for (size_t i = t; i < t + step; ++i) {
            const size_t c = first + channel_of(vector, lane);
            *out++ = c < s.channels && i < s.taps ? weights[i * s.channels + c] : int8_t{0};
          }
}

inline __m256i widen(const uint8_t *x, bool is_signed) {
  const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i *>(x));
  return is_signed ? _mm256_cvtepi8_epi16(bytes) : _mm256_cvtepu8_epi16(bytes);
}

inline __m256i multiply(__m256i x, const int16_t *weights) {
  return _mm256_madd_epi16(x, _mm256_load_si256(reinterpret_cast<const __m256i *>(weights)));
}

// The sums of 16 channels from `at` on.
template <size_t TAPS, bool SIGNED>
inline void sum_block(const DepthwiseCall &c, size_t at, const int16_t *weights, int32_t *out) {
  const size_t taps = TAPS ? TAPS : c.shape.taps;
  __m256i low = _mm256_setzero_si256(), high = low;
#pragma GCC unroll 13
  for (size_t t = 0; t < taps; t += step, weights += block * step) {
    const __m256i x0 = widen(c.taps[t] + at, SIGNED);
    const __m256i x1 = t + 1 < taps ? widen(c.taps[t + 1] + at, SIGNED) : _mm256_setzero_si256();
    low = _mm256_add_epi32(low, multiply(_mm256_unpacklo_epi16(x0, x1), weights));
    high = _mm256_add_epi32(high, multiply(_mm256_unpackhi_epi16(x0, x1), weights + block));
  }
  _mm256_store_si256(reinterpret_cast<__m256i *>(out), _mm256_permute2x128_si256(low, high, 0x20));
  _mm256_store_si256(reinterpret_cast<__m256i *>(out + 8), _mm256_permute2x128_si256(low, high, 0x31));
}

template <size_t TAPS, bool SIGNED>
void run_taps(const DepthwiseCall &c) {
  const size_t item = c.epilogue->contract == contract_s32 ? sizeof(int32_t) : 1, channels = c.shape.channels;
  const int16_t *weights = static_cast<const int16_t *>(c.weights);
  const Epilogue e = *c.epilogue;  // a copy that no store can change
  alignas(32) int32_t sums[block];
  for (size_t first = 0; first < channels && first < c.count; first += block, weights += block_items(c.shape)) {
    const size_t width = channels - first < block ? channels - first : block;
    for (size_t at = first; at < c.count; at += channels) {
      const size_t count = c.count - at < width ? c.count - at : width;
      sum_block<TAPS, SIGNED>(c, at, weights, sums);
      finish_row(e, sums, count, first, c.out + at * item);
    }
  }
}

template <bool SIGNED>
void run_signed(const DepthwiseCall &c) {
  if (c.shape.taps == 9) return run_taps<9, SIGNED>(c);
  if (c.shape.taps == 25) return run_taps<25, SIGNED>(c);
  run_taps<0, SIGNED>(c);
}

void run(const DepthwiseCall &c) { c.is_signed ? run_signed<true>(c) : run_signed<false>(c); }

}  // namespace

const DepthwiseTable depthwise_avx2 = {0, block, packed_bytes, pack, run};

}  // namespace accord
