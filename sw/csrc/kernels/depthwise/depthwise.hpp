// Depthwise convolution: channel c of the output sums channel c of every tap. What an instruction set offers.
#pragma once
#include "../epilogue.hpp"

namespace accord {

struct DepthwiseShape {
  size_t taps, channels;
};

struct DepthwiseCall {
  DepthwiseShape shape;
  const void *weights;         // as pack() left them
  const uint8_t *const *rows;  // rows[i * taps + t]: the channels of tap t of pixel i
  size_t count;                // pixels
  bool is_signed;
  const Epilogue *epilogue;
  uint8_t *out;
  ptrdiff_t out_stride;  // bytes from pixel to pixel
};

struct DepthwiseTable {
  int32_t signed_offset;  // as in GemmTable
  size_t (*packed_bytes)(const DepthwiseShape &shape);
  // weights[t * channels + c] into packed_bytes() of 64-byte aligned memory.
  void (*pack)(const DepthwiseShape &shape, const int8_t *weights, void *packed);
  void (*run)(const DepthwiseCall &call);
};

extern const DepthwiseTable depthwise_scalar, depthwise_avx2, depthwise_avxvnni, depthwise_vnni256,
    depthwise_avx512vnni;

}  // namespace accord
