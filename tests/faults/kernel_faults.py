"""Deliberate faults in the kernels' C++, one at a time, and the tests of which one has to go red for each."""

from typing import NamedTuple


class Fault(NamedTuple):
    """Replace ``old``, which occurs once in ``file`` (below sw/csrc), with ``new``; then ``tests`` must fail.

    ``tests``: a file below tests/sw/kernels, then what ``-k`` selects of it.
    """

    name: str
    file: str
    old: str
    new: str
    tests: tuple[str, str]


ARGUMENTS = ("test_arguments.py", "overlap")
CONV = ("test_conv2d.py", "gemm")
DEPTHWISE = ("test_conv2d.py", "depthwise")
DISPATCH = ("test_dispatch.py", "")
DOT = ("test_dot.py", "")
MATMUL = ("test_matmul.py", "")
MAX_POOL = ("test_pool.py", "max")
AVERAGE_POOL = ("test_pool.py", "average")
POINTWISE = ("test_pointwise.py", "")
PRODUCTS = ("test_onnxruntime.py", "qlinear_mul")
REQUANTIZE = ("test_requantize.py", "")
THREADS = ("test_threads.py", "")

# fmt: off
FAULTS = (
    Fault("tap right of the image taken", "layers/window.cpp", "x < image.width;", "x <= image.width;", CONV),
    Fault("padding the same on both sides", "layers/window.cpp", "before[axis] + size + after[axis]", "before[axis] + size + before[axis]", CONV),
    Fault("dilation dropped", "layers/window.cpp", "i * w.dilation[0] - w.before[0]", "i - w.before[0]", CONV),
    Fault("stale row of the image before", "layers/window.cpp", "row = batch * image_.height + y;", "row = y;", DEPTHWISE),
    Fault("padded rows keep their old padding", "layers/window.cpp", "static_cast<uint8_t>(padding ^ flip)),", "padding),", DEPTHWISE),
    Fault("padding is zero, not the zero point", "layers/conv2d.cpp", "padding_(depth, static_cast<uint8_t>(input.zero))", "padding_(depth, uint8_t{0})", CONV),
    Fault("groups one byte a column apart", "layers/conv2d.cpp", "to + g * columns_ * item_bytes_", "to + g * columns_", CONV),
    Fault("every group gets the first one's multipliers", "layers/settings.cpp", "values.begin() + static_cast<ptrdiff_t>(first)", "values.begin()", CONV),
    Fault("zero points added, not taken", "layers/settings.cpp", "static_cast<uint32_t>(bias[n]) - ", "static_cast<uint32_t>(bias[n]) + ", MATMUL),
    Fault("offset of s8 activations not paid for", "layers/matmul.cpp", "(input.is_signed ? table.signed_offset : 0)", "0", MATMUL),
    Fault("threads share one scratch", "layers/matmul.cpp", "Buffer scratch(gemm_.scratch_bytes());", "static Buffer scratch(1 << 24);", THREADS),
    Fault("one thread's rows left out", "layers/threads.cpp", "for (size_t i = 1; i < pieces; ++i)", "for (size_t i = 2; i < pieces; ++i)", THREADS),
    Fault("zero point of a dot product added", "layers/dot.cpp", "sum -= ", "sum += ", DOT),
    Fault("the process's rounding mode used", "layers/float_state.hpp", "{ _mm_setcsr(0x1f80); }", "{}", DISPATCH),
    Fault("fused multiply-add taken for granted", "registry/registry.cpp", "needs_avx2 = cap_avx2 | cap_fma;", "needs_avx2 = cap_avx2;", DISPATCH),
    Fault("capability mask ignored", "registry/capability.cpp", "~(mask ? parse_capabilities(mask) : 0u)", "~0u", DISPATCH),
    Fault("overlap behind the first byte not seen", "binding/arrays.cpp", "mine.first < theirs.second && theirs.first < mine.second", "mine.first == theirs.first", ARGUMENTS),
    Fault("arrays that run backwards have no extent", "binding/arrays.cpp", "(reach < 0 ? low : high) += reach", "high += reach", ARGUMENTS),
    Fault("ties taken up", "kernels/scalar_number.hpp", "__builtin_roundf(value)", "__builtin_floorf(value + 0.5f)", REQUANTIZE),
    Fault("ties away taken for ties to even", "kernels/scalar_number.hpp", "__builtin_nearbyintf(value)", "__builtin_roundf(value)", REQUANTIZE),
    Fault("fma rounded twice", "kernels/scalar_number.hpp", "__builtin_fmaf(static_cast<float>(acc), multiplier, static_cast<float>(zero))", "static_cast<float>(acc) * multiplier + static_cast<float>(zero)", REQUANTIZE),
    Fault("clamped without the zero point", "kernels/scalar_number.hpp", "clamp(scaled, low - zero, high - zero)", "clamp(scaled, low, high)", REQUANTIZE),
    Fault("rounding constant of the high half one short", "kernels/scalar_number.hpp", "fraction + (INT64_C(1) << 30)", "fraction + (INT64_C(1) << 30) - 1", REQUANTIZE),
    Fault("ties of the division toward zero", "kernels/scalar_number.hpp", "(magnitude + half) >> exponent", "(magnitude + half - (half > 0)) >> exponent", REQUANTIZE),
    Fault("NaN gives the least value", "kernels/scalar_number.hpp", "value < static_cast<float>(high) ? value : static_cast<float>(high)", "value > static_cast<float>(high) ? static_cast<float>(high) : value", POINTWISE),
    Fault("vpmaddubsw, which saturates", "kernels/dot/avx2.cpp", "_mm256_madd_epi16(words, _mm256_cvtepi8_epi16(load_bytes(w + i)))", "_mm256_cvtepi16_epi32(_mm_maddubs_epi16(bytes, load_bytes(w + i)))", DOT),
    Fault("s8 not flipped", "kernels/dot/vnni256.inc", "_mm256_xor_si256(load_bytes(x + i), flip)", "load_bytes(x + i)", DOT),
    Fault("tail mask one byte long", "kernels/dot/avx512vnni.cpp", "(UINT64_C(1) << count) - 1", "(UINT64_C(2) << count) - 1", DOT),
    Fault("vpdpbusds, which saturates", "kernels/dot/avx512vnni.cpp", "_mm512_dpbusd_epi32(sum, bytes, ", "_mm512_dpbusds_epi32(sum, bytes, ", DOT),
    Fault("one chain of sums forgotten", "kernels/gemm/avx512vnni.cpp", "for (int j = 1; j < CHAINS; ++j) {", "for (int j = 2; j < CHAINS; ++j) {", MATMUL),
    Fault("rows of s8 not flipped", "kernels/gemm/avx512vnni.cpp", "SIGNED ? _mm512_xor_si512(x, _mm512_set1_epi8(static_cast<char>(0x80))) : x", "x", MATMUL),
    Fault("four bytes read where one is left", "kernels/gemm/avx512vnni.cpp", "if (count >= step) return broadcast(x);", "if (count >= 1) return broadcast(x);", MATMUL),
    Fault("sums of a tile saturate", "kernels/gemm/avx512vnni.cpp", "_mm512_dpbusd_epi32(left[i]", "_mm512_dpbusds_epi32(left[i]", MATMUL),
    Fault("half, not what is just below it", "kernels/epilogue_avx512.hpp", "0x1.fffffep-2f", "0.5f", REQUANTIZE),
    Fault("mask of columns one long", "kernels/epilogue_avx512.hpp", "(1u << (columns - n)) - 1", "(2u << (columns - n)) - 1", REQUANTIZE),
    Fault("negative ties of the division toward zero", "kernels/epilogue_avx512.hpp", "_mm512_srli_epi32(mask, 1), negative)", "_mm512_srli_epi32(mask, 1), _mm512_setzero_si512())", REQUANTIZE),
    Fault("odd lanes of the high half in even ones", "kernels/epilogue_avx512.hpp", "0xaaaa", "0x5555", REQUANTIZE),
    Fault("vectors clamped without the zero point", "kernels/epilogue_avx2.hpp", "clamp(scaled, e.low - e.zero, e.high - e.zero)", "clamp(scaled, e.low, e.high)", REQUANTIZE),
    Fault("left shift dropped", "kernels/epilogue_avx2.hpp", "_mm256_sllv_epi32(acc, left)", "acc", REQUANTIZE),
    Fault("last lanes one too many", "kernels/epilogue_avx2.hpp", "count < 8 ? count : 8", "count < 8 ? count + 1 : 8", REQUANTIZE),
    Fault("sums of taps saturate", "kernels/depthwise/avx512vnni.cpp", "_mm512_dpbusd_epi32(sums.v[i]", "_mm512_dpbusds_epi32(sums.v[i]", DEPTHWISE),
    Fault("a whole vector stored", "kernels/depthwise/avx512vnni.cpp", "_mm512_mask_storeu_epi8(out, mask, bytes);", "_mm512_storeu_si512(out, bytes);", DEPTHWISE),
    Fault("shifts left in the order of channels", "kernels/depthwise/avx512vnni.cpp", "epilogue.shift = shift;", "epilogue.shift = e.shift + channel;", DEPTHWISE),
    Fault("sums left as interleaving has them", "kernels/depthwise/avx2.cpp", "_mm256_permute2x128_si256(low, high, 0x20)", "low", DEPTHWISE),
    Fault("times the reciprocal, not divided", "kernels/pointwise/scalar.cpp", "c.x[i] / c.scale", "c.x[i] * (1.0f / c.scale)", POINTWISE),
    Fault("product rounded before its zero point", "kernels/pointwise/scalar.cpp", ") * c.multiplier;", ") * c.multiplier + 0x1.8p23f - 0x1.8p23f;", PRODUCTS),
    Fault("bytes compared without sign", "kernels/pool/scalar.cpp", "load_activation(x, call.is_signed) > load_activation(best, call.is_signed)", "*x > *best", MAX_POOL),
    Fault("average of negative sums rounded up", "kernels/pool/scalar.cpp", "(sum < 0 ? -half : half)", "half", AVERAGE_POOL),
)
# fmt: on
