// Up to 32 bytes to the end of a row.
#pragma once
#include <immintrin.h>
#include <stddef.h>
#include <stdint.h>

namespace accord {
namespace {

inline void store_32(uint8_t *out, __m256i bytes, size_t count) {
  if (count >= 32) {
    _mm256_storeu_si256(reinterpret_cast<__m256i *>(out), bytes);
    return;
  }
  alignas(32) uint8_t all[32];
  _mm256_store_si256(reinterpret_cast<__m256i *>(all), bytes);
  for (size_t i = 0; i < count; ++i) out[i] = all[i];
}

}  // namespace
}  // namespace accord
