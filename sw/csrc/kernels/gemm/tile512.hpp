// A tile of sums in 512-bit vectors, stored or finished. After the lanes and their table lookup.
#pragma once
#include "../finish.hpp"

namespace accord {
namespace {

constexpr size_t step = 4;  // bytes of depth that vpdpbusd takes at a time

inline __m512i broadcast(const uint8_t *x) {
  int32_t four;
  __builtin_memcpy(&four, x, sizeof four);
  return _mm512_set1_epi32(four);
}

// Four bytes, or the last one to three of a tap with zeros behind them.
inline __m512i broadcast_tail(const uint8_t *x, size_t count) {
  if (count >= step) return broadcast(x);
  const uint32_t second = count > 1 ? x[1] : 0u, third = count > 2 ? x[2] : 0u;
  return _mm512_set1_epi32(static_cast<int32_t>(x[0] | second << 8 | third << 16));
}

template <bool SIGNED>
inline __m512i as_unsigned(__m512i x) {
  return SIGNED ? _mm512_xor_si512(x, _mm512_set1_epi8(static_cast<char>(0x80))) : x;
}

// Sixteen columns or, HALF, eight, in the lower half of a vector.
template <bool HALF>
struct Part {
  static __m512i load(const int8_t *w) {
    return HALF ? _mm512_castsi256_si512(_mm256_loadu_si256(reinterpret_cast<const __m256i *>(w)))
                : _mm512_loadu_si512(w);
  }
  static __m512i add(__m512i sum, __m512i four, __m512i w) {
    if constexpr (!HALF) return _mm512_dpbusd_epi32(sum, four, w);
    return _mm512_castsi256_si512(
        _mm256_dpbusd_epi32(_mm512_castsi512_si256(sum), _mm512_castsi512_si256(four), _mm512_castsi512_si256(w)));
  }
  static void store(uint8_t *to, __m512i sums, bool whole) {
    if (HALF && !whole)
      _mm256_storeu_si256(reinterpret_cast<__m256i *>(to), _mm512_castsi512_si256(sums));
    else
      _mm512_storeu_si512(to, sums);
  }
};

// ROWS by COLUMNS sums of one chain. COLUMNS is a multiple of 8, at most 48.
template <int ROWS, int COLUMNS>
struct Chain {
  using Left = Part<(COLUMNS < 16)>;
  using Right = Part<(COLUMNS < 32)>;
  using Far = Part<(COLUMNS < 48)>;
  static constexpr bool has_right = COLUMNS > 16, has_far = COLUMNS > 32;
  __m512i left[ROWS], right[ROWS], far[ROWS];

  void clear() {
#pragma GCC unroll 8
    for (int i = 0; i < ROWS; ++i) left[i] = right[i] = far[i] = _mm512_setzero_si512();
  }
  void add(int i, __m512i four, __m512i w0, __m512i w1, __m512i w2) {
    left[i] = Left::add(left[i], four, w0);
    if constexpr (has_right) right[i] = Right::add(right[i], four, w1);
    if constexpr (has_far) far[i] = Far::add(far[i], four, w2);
  }
  // The bias is not what they start with: that takes the compiler more registers than there are.
  void add(__m512i left_all, __m512i right_all, __m512i far_all) {
#pragma GCC unroll 8
    for (int i = 0; i < ROWS; ++i) {
      left[i] = _mm512_add_epi32(left[i], left_all);
      if constexpr (has_right) right[i] = _mm512_add_epi32(right[i], right_all);
      if constexpr (has_far) far[i] = _mm512_add_epi32(far[i], far_all);
    }
  }
  void add(const Chain &other) {
#pragma GCC unroll 8
    for (int i = 0; i < ROWS; ++i) {
      left[i] = _mm512_add_epi32(left[i], other.left[i]);
      if constexpr (has_right) right[i] = _mm512_add_epi32(right[i], other.right[i]);
      if constexpr (has_far) far[i] = _mm512_add_epi32(far[i], other.far[i]);
    }
  }
};

// Where a tile begins: what it multiplies, and where its sums go, row after row, `whole` vectors or COLUMNS of them.
struct Job {
  const uint8_t *const *rows;
  size_t taps, depth, count;  // count: rows from tap to tap
  size_t gap;                 // bytes of weights from a tap's last to the next one's first
  const int8_t *weights;
  const int32_t *bias;
  uint8_t *out;
  ptrdiff_t out_stride;
  bool whole;
};

// Few sums wait for the ones before: they are summed in several chains, even and odd steps, say.
constexpr int chains(int sums) { return sums >= 8 ? 1 : sums >= 4 ? 2 : 4; }

// Columns of a tile finished in registers, while the processor begins with the next: COLUMNS is 8, 16, 24 or 32, all of
// them real. Of more than 16, a tile may have any number of rows, else eight.
template <Contract CONTRACT, int COLUMNS>
class AtOnce {
 public:
  AtOnce(const Epilogue &e, size_t channel)
      : finish_(e), left_(COLUMNS == 8 ? both_halves(e, channel) : Channels<CONTRACT>(e, channel)), right_(left_) {
    if constexpr (COLUMNS > 16) right_ = Channels<CONTRACT>(e, channel + lanes);
  }

  // ROWS of one or two vectors.
  template <int ROWS>
  [[gnu::always_inline]] void take(const __m512i (&left)[ROWS], const __m512i (&right)[ROWS], uint8_t *out,
                                   ptrdiff_t out_stride) const {
    const AtOnce in_registers = *this;  // no store can change them
    constexpr int together = COLUMNS == 8 ? 8 : COLUMNS == 16 ? 4 : 2;
#pragma GCC unroll 8
    for (int i = 0; i < ROWS; i += together, out += together * out_stride)
      store_parts<COLUMNS>(in_registers.bytes(left, right, i), out, i + together > ROWS ? 0 : out_stride);
  }

 private:
  static Channels<CONTRACT> both_halves(const Epilogue &e, size_t channel) {
    return {e, _mm512_broadcast_f32x8(_mm256_loadu_ps(e.multiplier + channel))};
  }

  // Four vectors from row i on; the last of an odd number of rows twice.
  template <int ROWS>
  [[gnu::always_inline]] Ints bytes(const __m512i (&left)[ROWS], const __m512i (&right)[ROWS], int i) const {
    Ints four[4];
#pragma GCC unroll 4
    for (int q = 0; q < 4; ++q) {
      const int row = i + q / 2 < ROWS ? i + q / 2 : i;
      if constexpr (COLUMNS > 16)
        four[q] = q % 2 ? right[row] : left[row];
      else if constexpr (COLUMNS == 16)
        four[q] = left[i + q];
      else
        four[q] = _mm512_inserti64x4(left[i + 2 * q], _mm512_castsi512_si256(left[i + 2 * q + 1]), 1);
    }
    return finish_(left_, right_, four);
  }

  Finish<CONTRACT> finish_;
  Channels<CONTRACT> left_, right_;
};

// ROWS by COLUMNS sums, bias included. It names few things, and what takes the sums reads the job anew: a general register
// moved to a vector one waits behind all multiplications.
template <int ROWS, int COLUMNS, bool SIGNED>
[[gnu::always_inline]] inline Chain<ROWS, COLUMNS> sum_tile(const Job &job) {
  using C = Chain<ROWS, COLUMNS>;
  constexpr int CHAINS = chains((1 + C::has_right + C::has_far) * ROWS);
  constexpr size_t step_bytes = COLUMNS * step;
  const __m512i none = _mm512_setzero_si512();
  const int8_t *weights = job.weights;
  const uint8_t *const *rows = job.rows;
  C chain[CHAINS];
#pragma GCC unroll 4
  for (int j = 0; j < CHAINS; ++j) chain[j].clear();
  const auto multiply = [&](C &to, const auto &four) __attribute__((always_inline)) {
    const __m512i w0 = C::Left::load(weights), w1 = C::has_right ? C::Right::load(weights + 64) : none;
    const __m512i w2 = C::has_far ? C::Far::load(weights + 128) : none;
    weights += step_bytes;
#pragma GCC unroll 16
    for (int i = 0; i < ROWS; ++i) to.add(i, as_unsigned<SIGNED>(four(i)), w0, w1, w2);
  };
  for (size_t left = job.taps; left > 0; --left, rows += job.count, weights += job.gap) {
    const uint8_t *x[ROWS];
#pragma GCC unroll 16
    for (int i = 0; i < ROWS; ++i) x[i] = rows[i];
    size_t k = 0;
    for (; k + step * CHAINS <= job.depth; k += step * CHAINS)
#pragma GCC unroll 4
      for (int j = 0; j < CHAINS; ++j) {
        multiply(chain[j], [&](int i) __attribute__((always_inline)) { return broadcast(x[i] + k + step * j); });
        // Weights of few rows come as fast as memory gives them, which is faster in their order: no load passes this.
        if constexpr (CHAINS > 1) asm volatile("" ::: "memory");
      }
    for (; k < job.depth; k += step)
      multiply(chain[0], [&](int i) __attribute__((always_inline)) { return broadcast_tail(x[i] + k, job.depth - k); });
  }
#pragma GCC unroll 4
  for (int j = 1; j < CHAINS; ++j) chain[0].add(chain[j]);
  chain[0].add(_mm512_loadu_si512(job.bias), C::has_right ? _mm512_loadu_si512(job.bias + 16) : none,
               C::has_far ? _mm512_loadu_si512(job.bias + 32) : none);
  return chain[0];
}

}  // namespace
}  // namespace accord
