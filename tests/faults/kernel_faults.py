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
CALLS = ("test_calls.py", "")
CONV = ("test_conv2d.py", "gemm")
FEW_CHANNELS = ("test_conv2d.py", "few_channels")
DEPTHWISE = ("test_conv2d.py", "depthwise")
DISPATCH = ("test_dispatch.py", "")
DOT = ("test_dot.py", "")
OUTSIDE = ("test_conv2d.py", "outside")
MATMUL = ("test_matmul.py", "")
MAX_POOL = ("test_pool.py", "max")
AVERAGE_POOL = ("test_pool.py", "average")
POINTWISE = ("test_pointwise.py", "")
PRODUCTS = ("test_onnxruntime.py", "qlinear_mul")
REQUANTIZE = ("test_requantize.py", "")
THREADS = ("test_threads.py", "")

# fmt: off
FAULTS = (
    Fault("tap right of the image taken", "layers/window.cpp", "stride, width, run.count", "stride, width + 1, run.count", CONV),
    Fault("padding the same on both sides", "layers/window.cpp", "before[axis] + size + after[axis]", "before[axis] + size + before[axis]", CONV),
    Fault("dilation dropped", "layers/window.cpp", "tap * w.dilation[0] - w.before[0]", "tap - w.before[0]", CONV),
    Fault("a kernel row read beyond the last pixel", "layers/window.cpp", "until > from && piece_bytes >", "false && piece_bytes >", CONV),
    Fault("a kernel row read across the image's edge", "layers/window.cpp", "stride, last + 1, run.count", "stride, last + 2, run.count", FEW_CHANNELS),
    Fault("a kernel row of pixels apart taken as one", "layers/window.cpp", "until = is_dense ? position(column, stride, last + 1, run.count) : 0;", "until = position(column, stride, last + 1, run.count);", FEW_CHANNELS),
    Fault("pixels beside the image's edge left as they were", "layers/window.cpp", "std::fill_n(to, (taps - until) * image.channels, padding);", "", CONV),
    Fault("a tap above or left of the image multiplied", "layers/window.cpp", "position(first, step, 0, w.kernel[axis])", "position(first, step, 0, w.kernel[axis] - 1)", OUTSIDE),
    Fault("a tap below or right of the image multiplied", "layers/window.cpp", "static_cast<ptrdiff_t>(size), w.kernel[axis]))", "static_cast<ptrdiff_t>(size + 1), w.kernel[axis]))", OUTSIDE),
    Fault("outputs on other taps taken for alike", "layers/window.cpp", "taps_inside(w, axis, size, end) == inside", "true", OUTSIDE),
    Fault("each part of kernel rows their first columns", "layers/window.cpp", ".first_column = left,", ".first_column = 0,", OUTSIDE),
    Fault("a column of outputs taken for a row", "layers/window.cpp", ".step = is_one_band ? width / columns : 1,", ".step = 1,", OUTSIDE),
    Fault("bytes that are no whole step taken for a part", "layers/conv2d.cpp", "depth % part_multiple == 0", "true", OUTSIDE),
    Fault("rows of the first image in all", "layers/depthwise.cpp", "static_cast<ptrdiff_t>(batch) * image_.stride[0]", "ptrdiff_t{0}", DEPTHWISE),
    Fault("a row of padding as long as the image's", "layers/depthwise.cpp", "inside ? image_.stride[2] : 0", "image_.stride[2]", DEPTHWISE),
    Fault("padding beside s8 rows not flipped", "layers/depthwise.cpp", "sides.is_signed = layer.is_signed_;", "", DEPTHWISE),
    Fault("padding right of the image stale", "layers/depthwise.cpp", "sides.pixels = window_.after[1];", "sides.pixels = 0;", DEPTHWISE),
    Fault("last group of rows stale", "layers/depthwise.cpp", "for (size_t g = kept; g < groups_; ++g)", "for (size_t g = kept; g + 1 < groups_; ++g)", DEPTHWISE),
    Fault("groups that rows share found in their former places", "layers/depthwise.cpp", "first = i / together_ * fresh_ % groups_;", "first = 0;", DEPTHWISE),
    Fault("one group too many kept for the next rows", "layers/depthwise.cpp", "kept = groups_ - fresh_;", "kept = groups_ - fresh_ + 1;", DEPTHWISE),
    Fault("rows not a whole number of groups apart keep some", "layers/depthwise.cpp", "|| rows % table.group ? groups", "? groups", DEPTHWISE),
    Fault("groups kept from channels before", "layers/depthwise.cpp", "i = 0, first = 0, kept = 0;", "i = 0, first = 0, kept = channel ? groups_ - fresh_ : 0;", DEPTHWISE),
    Fault("output rows that share groups share weights", "layers/depthwise.cpp", ".weights = weights + i % together_ * row_bytes", ".weights = weights", DEPTHWISE),
    Fault("output rows of two images share groups", "layers/depthwise.cpp", "last - row, height - row % height", "last - row, height", DEPTHWISE),
    Fault("rows apart by dilation share groups", "layers/depthwise.cpp", "window.dilation[0] == 1 ? window.stride[0] : 0", "window.stride[0]", DEPTHWISE),
    Fault("columns apart taken for neighbours", "layers/depthwise.cpp", "window_.stride[1] == window_.dilation[1] ? s.kernel[1] : 0", "s.kernel[1]", DEPTHWISE),
    Fault("later channels have the first ones' weights", "layers/depthwise.cpp", "channel += most, weights += units_ * unit_bytes", "channel += most", DEPTHWISE),
    Fault("padding is zero, not the zero point", "layers/conv2d.cpp", "padding_(depth, static_cast<uint8_t>(input.zero))", "padding_(depth, uint8_t{0})", CONV),
    Fault("groups one byte a column apart", "layers/conv2d.cpp", "out + g * columns_ * item_bytes_", "out + g * columns_", CONV),
    Fault("every group gets the first one's multipliers", "layers/settings.cpp", "values.begin() + static_cast<ptrdiff_t>(first)", "values.begin()", CONV),
    Fault("zero points added, not taken", "layers/settings.cpp", "static_cast<uint32_t>(bias[n]) - ", "static_cast<uint32_t>(bias[n]) + ", MATMUL),
    Fault("offset of s8 activations not paid for", "layers/matmul.cpp", "table.offset[input.is_signed]", "0", MATMUL),
    Fault("zero points of taps that are left out paid for", "layers/matmul.cpp", "if (taps < shape_.taps || parts < parts_) {", "if (parts < parts_) {", OUTSIDE),
    Fault("zero points of parts that are left out paid for", "layers/matmul.cpp", "if (taps < shape_.taps || parts < parts_) {", "if (taps < shape_.taps) {", OUTSIDE),
    Fault("zero points of the first parts paid for", "layers/matmul.cpp", "(t * parts_ + first_part)", "(t * parts_)", OUTSIDE),
    Fault("bands of outputs one behind the other", "kernels/gemm/gemm.hpp", "out += c.band_stride)", "out += static_cast<ptrdiff_t>(c.band) * c.out_stride)", OUTSIDE),
    Fault("tap 0 multiplied for the first that is needed, scalar", "kernels/gemm/scalar.cpp", "(c.part.first_tap + t)", "t", OUTSIDE),
    Fault("byte 0 multiplied for the first that is needed, scalar", "kernels/gemm/scalar.cpp", " + c.part.first_byte + k", " + k", OUTSIDE),
    Fault("tap 0 multiplied for the first that is needed, avx2", "kernels/gemm/avx2.cpp", " + c.part.first_tap * tap_items(c.shape)", "", OUTSIDE),
    Fault("byte 0 multiplied for the first that is needed, avx2", "kernels/gemm/avx2.cpp", "c.part.first_byte * tile_columns", "0", OUTSIDE),
    Fault("bytes of a tap that are left out multiplied for the next tap's, avx2", "kernels/gemm/avx2.cpp", ", weights += pairs.gap)", ")", OUTSIDE),
    Fault("tap 0 multiplied for the first that is needed, vnni256", "kernels/gemm/vnni256.inc", " + c.part.first_tap * tap_bytes(c.shape)", "", OUTSIDE),
    Fault("byte 0 multiplied for the first that is needed, vnni256", "kernels/gemm/vnni256.inc", "c.part.first_byte * tile_columns", "0", OUTSIDE),
    Fault("bytes of a tap that are left out multiplied for the next tap's, vnni256", "kernels/gemm/vnni256.inc", ", weights += gap)", ")", OUTSIDE),
    Fault("tap 0 multiplied for the first that is needed, vnni512", "kernels/gemm/vnni512.inc", " + c.part.first_tap * tap", "", OUTSIDE),
    Fault("byte 0 multiplied for the first that is needed, vnni512", "kernels/gemm/vnni512.inc", " + c.part.first_byte * columns", "", OUTSIDE),
    Fault("bytes of a tap that are left out multiplied for the next tap's, vnni512", "kernels/gemm/tile512.hpp", ", weights += job.gap)", ")", OUTSIDE),
    Fault("threads share one scratch", "layers/matmul.cpp", "Gemm::Workspace workspace = gemm_.workspace(most);", "static Gemm::Workspace workspace = gemm_.workspace(1 << 16);", THREADS),
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
    Fault("half, not what is just below it", "kernels/rounding.hpp", "0x1.fffffep-2f", "0.5f", REQUANTIZE),
    Fault("negative ties of the division toward zero", "kernels/rounding.hpp", "Lanes::add(Lanes::half(mask), Lanes::sign_bit(value))", "Lanes::half(mask)", REQUANTIZE),
    Fault("lower bound forgotten", "kernels/rounding.hpp", "Lanes::largest(Lanes::smallest(bytes, high_), low_, true)", "Lanes::smallest(bytes, high_)", REQUANTIZE),
    Fault("zero point added without saturation", "kernels/rounding.hpp", "Lanes::add_words_saturating(Lanes::pack_ints(ints[2]", "Lanes::add_words(Lanes::pack_ints(ints[2]", REQUANTIZE),
    Fault("vectors cut without the zero point", "kernels/finish.hpp", "e.high : e.high - e.zero", "e.high : e.high", REQUANTIZE),
    Fault("zero point of fma added twice", "kernels/finish.hpp", "CONTRACT == contract_fma ? 0 : e.zero", "e.zero", REQUANTIZE),
    Fault("left shift dropped", "kernels/finish.hpp", "Lanes::shift_left(acc, left_)", "acc", REQUANTIZE),
    Fault("rows behind the last stored", "kernels/finish.hpp", "i < rows && i < most", "i < most", MATMUL),
    Fault("columns behind the last stored", "kernels/finish.hpp", "copy_columns(parts + i * WIDTH, columns < WIDTH ? columns : WIDTH, out)", "copy_columns(parts + i * WIDTH, WIDTH, out)", DEPTHWISE),
    Fault("right half has the left one's multipliers", "kernels/finish.hpp", "b(e, s.channel + (VECTORS - 1) * lanes)", "b(e, s.channel)", MATMUL),
    Fault("mask of bytes one long", "kernels/lanes_avx512.hpp", "(UINT64_C(1) << count) - 1", "(UINT64_C(2) << count) - 1", REQUANTIZE),
    Fault("odd lanes of the high half in even ones", "kernels/lanes_avx512.hpp", "0xaaaa", "0x5555", REQUANTIZE),
    Fault("bytes left as packing has them", "kernels/lanes_avx512.hpp", "_mm512_permutexvar_epi32(_mm512_setr_epi32(0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15), packed)", "packed", REQUANTIZE),
    Fault("units left as interleaving has them", "kernels/lanes_avx2.hpp", "_mm256_permute2x128_si256(v[0], v[1], 0x20)", "v[0]", DEPTHWISE),
    Fault("last bytes one too many", "kernels/lanes_avx2.hpp", "_mm_extract_epi64(v, 1)), count - 8)", "_mm_extract_epi64(v, 1)), count - 7)", REQUANTIZE),
    Fault("vpmaddubsw, which saturates", "kernels/dot/avx2.cpp", "_mm256_madd_epi16(words, _mm256_cvtepi8_epi16(load_bytes(w)))", "_mm256_cvtepi16_epi32(_mm_maddubs_epi16(bytes, load_bytes(w)))", DOT),
    Fault("s8 not flipped", "kernels/dot/vnni256.inc", "_mm256_xor_si256(load_bytes(x + i), flip)", "load_bytes(x + i)", DOT),
    Fault("tail mask one byte long", "kernels/dot/avx512vnni.cpp", "(UINT64_C(1) << count) - 1", "(UINT64_C(2) << count) - 1", DOT),
    Fault("vpdpbusds, which saturates", "kernels/dot/avx512vnni.cpp", "_mm512_dpbusd_epi32(sums[chain], bytes, ", "_mm512_dpbusds_epi32(sums[chain], bytes, ", DOT),
    Fault("rows of s8 not flipped", "kernels/gemm/tile512.hpp", "SIGNED ? _mm512_xor_si512(x, _mm512_set1_epi8(static_cast<char>(0x80))) : x", "x", MATMUL),
    Fault("one chain of sums forgotten", "kernels/gemm/tile512.hpp", "for (int j = 1; j < CHAINS; ++j) chain[0]", "for (int j = 2; j < CHAINS; ++j) chain[0]", MATMUL),
    Fault("four bytes read where one is left", "kernels/gemm/tile512.hpp", "if (count >= step) return broadcast(x);", "if (count >= 1) return broadcast(x);", MATMUL),
    Fault("sums of a tile saturate", "kernels/gemm/tile512.hpp", "_mm512_dpbusd_epi32(sum, four, w)", "_mm512_dpbusds_epi32(sum, four, w)", MATMUL),
    Fault("half a vector taken for a whole one", "kernels/gemm/tile512.hpp", "Part<(COLUMNS < 32)>", "Part<(COLUMNS < 24)>", MATMUL),
    Fault("sums stored behind the last column", "kernels/gemm/vnni512.inc", "is_full && e.contract == contract_s32", "e.contract == contract_s32", MATMUL),
    Fault("bias of the right half forgotten", "kernels/gemm/tile512.hpp", "_mm512_add_epi32(right[i], right_all)", "right[i]", MATMUL),
    Fault("a tile of eight columns with the next ones' multipliers", "kernels/gemm/tile512.hpp", "_mm512_broadcast_f32x8(_mm256_loadu_ps(e.multiplier + channel))", "_mm512_loadu_ps(e.multiplier + channel)", MATMUL),
    Fault("one row of a narrow tile stored four times", "kernels/gemm/tile512.hpp", "four[q] = left[i + q];", "four[q] = left[i];", MATMUL),
    Fault("rows behind whole tiles summed from the first", "kernels/gemm/vnni512.inc", "job_.rows = call_.rows + i;", "", MATMUL),
    Fault("columns from 32 on with the first ones' multipliers", "kernels/gemm/vnni512.inc", "finish_far(e, n + COLUMNS - far)", "finish_far(e, n)", CONV),
    Fault("columns from 32 on finished where others are", "kernels/gemm/vnni512.inc", "out + tile_columns * item", "out", MATMUL),
    Fault("bias of the columns from 32 on forgotten", "kernels/gemm/tile512.hpp", "_mm512_add_epi32(far[i], far_all)", "far[i]", MATMUL),
    Fault("halves of a table exchanged", "kernels/lookup_vbmi.hpp", "_mm512_movepi8_mask(x), _mm512", "~_mm512_movepi8_mask(x), _mm512", POINTWISE),
    Fault("planes of an image mixed", "kernels/pointwise/interleave.inc", "i % 3 == c ? i / 3 : -1", "i % 3 == c ? (i + 1) / 3 : -1", POINTWISE),
    Fault("an operand spread from its first part only", "layers/pointwise.cpp", "++o, few += s.inner", "++o", POINTWISE),
    Fault("what is left of whole periods is left out", "layers/pointwise.cpp", "run_times(rest, rest);", "", POINTWISE),
    Fault("factors exchanged without their zero points", "layers/pointwise.cpp", ", std::swap(call.zero_a, call.zero_b)", "", POINTWISE),
    Fault("a call written down is made at once", "binding/calls.hpp", "calls->add({object_of(used)...}, std::move(work));", "calls->add({object_of(used)...}, work), work();", CALLS),
    Fault("what is too large for an integer not cut", "kernels/finish.hpp", "is_small_ ? scaled :", "true ? scaled :", REQUANTIZE),
    Fault("a clamp from above alone ignored", "kernels/rounding.hpp", "low > -128 || high < 127", "low > -128", REQUANTIZE),
    Fault("only the first multiplier asked whether it is small", "layers/settings.cpp", "std::all_of(output_.multiplier.begin(), output_.multiplier.end()", "std::all_of(output_.multiplier.begin(), output_.multiplier.begin() + 1", REQUANTIZE),
    Fault("right half of a tile finished as the left", "kernels/gemm/tile512.hpp", "right_ = Channels<CONTRACT>(e, channel + lanes);", "right_ = Channels<CONTRACT>(e, channel);", MATMUL),
    Fault("odd rows of a tile finished twice", "kernels/gemm/tile512.hpp", "i + q / 2 < ROWS ? i + q / 2 : i", "i", MATMUL),
    Fault("a row behind an odd number of them written", "kernels/gemm/tile512.hpp", "i + together > ROWS ? 0 : out_stride", "out_stride", MATMUL),
    Fault("tiles finished over the first one", "kernels/gemm/gemm.hpp", "out + static_cast<ptrdiff_t>(i) * c.out_stride", "out", MATMUL),
    Fault("columns that are not there finished too", "kernels/gemm/vnni512.inc", "is_full && e.contract == contract_onnx", "e.contract == contract_onnx", MATMUL),
    Fault("few rows by the first panel again and again", "kernels/gemm/vnni512.inc", "job.weights += bytes;", "", MATMUL),
    Fault("few rows with the first panel's bias", "kernels/gemm/vnni512.inc", "job.bias += tile_columns;", "", MATMUL),
    Fault("left half without its bias", "kernels/gemm/vnni256.inc", "_mm256_add_epi32(chain[0].left[i], left_bias)", "chain[0].left[i]", MATMUL),
    Fault("both halves have the left one's bias", "kernels/gemm/avx2.cpp", "right[i] = load_sums(bias + 8)", "right[i] = load_sums(bias)", MATMUL),
    Fault("one output row too many shares groups", "kernels/depthwise/depthwise.hpp", "/ s.step + 1", "/ s.step + 2", DEPTHWISE),
    Fault("sums of taps saturate", "kernels/depthwise/avx512vnni.cpp", "_mm512_dpbusd_epi32(sums, x, w)", "_mm512_dpbusds_epi32(sums, x, w)", DEPTHWISE),
    Fault("second half of four units is the first", "kernels/depthwise/avx512vbmi.cpp", "unit<32, 16>", "unit<32, 0>", DEPTHWISE),
    Fault("rows of three quarters stored as whole ones", "kernels/finish.hpp", "Lanes::bytes % WIDTH == 0 && ", "", CONV),
    Fault("four units of s8 not flipped", "kernels/depthwise/quads.hpp", "Lanes::all_bytes(SIGNED ? 0x80 : 0)", "Lanes::all_bytes(0)", DEPTHWISE),
    Fault("one unit of s8 not flipped", "kernels/depthwise/quads.hpp", "_mm_set1_epi8(static_cast<char>(SIGNED ? 0x80 : 0))", "_mm_setzero_si128()", DEPTHWISE),
    Fault("a whole unit read where channels end", "kernels/depthwise/vector.inc", "rows.channels - c < lanes ? rows.channels - c : lanes", "lanes", DEPTHWISE),
    Fault("rows joined where one of them is padding", "kernels/depthwise/vector.inc", "rows.stride[i] == dense", "rows.stride[0] == dense", DEPTHWISE),
    Fault("times the reciprocal, not divided", "kernels/pointwise/scalar.cpp", "c.x[i] / c.scale", "c.x[i] * (1.0f / c.scale)", POINTWISE),
    Fault("product rounded before its zero point", "kernels/pointwise/scalar.cpp", ") * c.multiplier;", ") * c.multiplier + 0x1.8p23f - 0x1.8p23f;", PRODUCTS),
    Fault("bytes compared without sign", "kernels/pool/scalar.cpp", "load_activation(x, call.is_signed) > load_activation(best, call.is_signed)", "*x > *best", MAX_POOL),
    Fault("average of negative sums rounded up", "kernels/pool/scalar.cpp", "(sum < 0 ? -half : half)", "half", AVERAGE_POOL),
)
# fmt: on
