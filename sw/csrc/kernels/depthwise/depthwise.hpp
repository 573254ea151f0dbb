// Depthwise convolution: channel c of the output sums channel c of every tap. What an instruction set offers.
//
// A row of pixels is a row of channels, pixel after pixel: where a pixel has few, some pixels make one of many.
#pragma once
#include "../epilogue.hpp"

namespace accord {

struct DepthwiseShape {
  size_t taps, channels;
};

constexpr size_t depthwise_overread = 64;  // bytes behind the last channel of a tap that a kernel may read

struct DepthwiseCall {
  DepthwiseShape shape;
  const void *weights;         // as pack() left them
  const uint8_t *const *taps;  // taps[t]: the row of tap t; item i has channel i % channels
  size_t count;                // items of the row; its last pixel need not be whole
  bool is_signed;              // where signed_offset is 0; else the bytes are u8 already
  const Epilogue *epilogue;
  uint8_t *out;  // dense
};

struct DepthwiseTable {
  int32_t signed_offset;  // what the caller adds to an s8 activation, 128 or 0; the bias pays for it
  size_t block;           // channels that the kernel handles at a time
  size_t (*packed_bytes)(const DepthwiseShape &shape);
  // weights[t * channels + c] into packed_bytes() of 64-byte aligned memory.
  void (*pack)(const DepthwiseShape &shape, const int8_t *weights, void *packed);
  void (*run)(const DepthwiseCall &call);
};

extern const DepthwiseTable depthwise_scalar, depthwise_avx2, depthwise_avxvnni, depthwise_vnni256,
    depthwise_avx512vnni;

}  // namespace accord
