"""The requantization chain of the source document, end to end, against integers and exact fractions."""

from fractions import Fraction

import numpy as np
import pytest

from accord.isa import assemble
from accord.model import Config, Npu

SEED = 20240604


def nearest_f32(number):
    """The FP32 number nearest a fraction, ties to even; for numbers within FP32's normal range."""
    if number == 0:
        return number
    exponent = 0
    while abs(number) >= Fraction(2) ** (exponent + 1):
        exponent += 1
    while abs(number) < Fraction(2) ** exponent:
        exponent -= 1
    unit = Fraction(2) ** (exponent - 23)
    return round(number / unit) * unit  # round() of a Fraction takes ties to even


def requantize(acc, scale, zero_point):
    """sat8(RMM(fma(f32(acc), scale, f32(zero_point)))) of integers and an exact scale."""
    shifted = nearest_f32(nearest_f32(Fraction(acc)) * scale + zero_point)
    magnitude = int(abs(shifted) + Fraction(1, 2))
    return max(-128, min(127, magnitude if shifted >= 0 else -magnitude))


CHAIN = "vcvt_s32_f32 VR[3], VR[2]\nvfma VR[3], VR[3], VR[0], VR[1]\nvcvt_f32_s8 VX[16], VR[3]\nhalt"


def test_worked_example_at_k_8():
    print(f"seed {SEED}")
    k, scale, zero_point = 8, 0.0078125, 3
    random = np.random.default_rng(SEED)
    activations, weights = random.integers(-128, 128, (2, k, k))
    npu = Npu(Config(k=k))
    npu.ext_write_vx(0, activations.astype(np.int8))
    npu.ext_write_vx(8, weights.astype(np.int8))
    # only lane 0 holds the constants: bcast puts them in all
    npu.ext_write_vr(4, np.array([scale] + [0] * 7, np.float32))
    npu.ext_write_vr(5, np.array([zero_point] + [0] * 7, np.float32))
    feeds = [f"mma VR[6], VX[{row}], VX[{row + k}], keep=true" for row in range(k - 1)]
    text = "\n".join(
        [
            "bcast.vr VR[4], VR[4]",
            "bcast.vr VR[5], VR[5]",
            *feeds,
            f"mma.last VR[6], VX[{k - 1}], VX[{2 * k - 1}]",
            "vcvt_s32_f32 VR[6], VR[6]",
            "vfma VR[6], VR[6], VR[4], VR[5]",
            "vcvt_f32_s8 VX[31], VR[6]",
            "halt",
        ]
    )
    npu.load(assemble(text, npu.config))
    assert npu.run().cause == 0
    for lane in range(k):
        total = sum(int(activations[row][lane]) * int(weights[row][lane]) for row in range(k))
        # total / 128 + 3, half away from zero, in integers
        shifted = total + 3 * 128
        magnitude = (abs(shifted) + 64) // 128
        want = max(-128, min(127, magnitude if shifted >= 0 else -magnitude))
        assert npu.vx[31, lane] == want
        assert want == requantize(total, Fraction(1, 128), 3)


def test_numerical_example_at_k_1():
    npu = Npu(Config(k=1))
    npu.ext_write_vx(0, np.array([[10], [5]], np.int8))
    npu.load(
        assemble(
            "const VR[4], 0.01\nconst VR[5], 0.0\nmma.last VR[6], VX[0], VX[1]\n"
            "vcvt_s32_f32 VR[6], VR[6]\nvfma VR[6], VR[6], VR[4], VR[5]\nvcvt_f32_s8 VX[31], VR[6]\nhalt",
            npu.config,
        )
    )
    steps = []
    while not npu.step().halted:
        steps.append(int(npu.vr[6, 0]))
    assert npu.tile.tolist() == [[50]]
    assert 50 in steps
    assert np.float32(50.0).view(np.int32) in steps
    assert np.float32(0.5).view(np.int32) in steps
    assert npu.vx[31].tolist() == [1]


@pytest.mark.parametrize("k", [1, 8, 64])
def test_random_accumulators_scales_and_zero_points(k):
    print(f"seed {SEED + k}")
    random = np.random.default_rng(SEED + k)
    npu = Npu(Config(k=k))
    npu.load(assemble(CHAIN, npu.config))
    bytes_seen = set()
    for magnitude in (100, 1 << 16, 1 << 25, (1 << 31) - 1):
        for _ in range(512 // k):
            acc = random.integers(-magnitude, magnitude, k, endpoint=True).astype(np.int32)
            scale = (random.uniform(0.5, 200, k) / magnitude).astype(np.float32)
            zero_point = random.integers(-128, 128, k)
            npu.ext_write_vr(2, acc)
            npu.ext_write_vr(0, scale)
            npu.ext_write_vr(1, zero_point.astype(np.float32))
            npu.run()
            want = [
                requantize(a, Fraction(s), z)
                for a, s, z in zip(acc.tolist(), scale.tolist(), zero_point.tolist(), strict=True)
            ]
            assert npu.vx[16].tolist() == want
            bytes_seen.update(want)
    assert {-128, 127} < bytes_seen
    assert len(bytes_seen) > 200


@pytest.mark.parametrize(
    ("acc", "scale", "zero_point", "result"),
    [
        (1, 0.5, 0, 1),
        (-1, 0.5, 0, -1),
        (3, 0.5, 0, 2),
        (3, 0.5, -4, -3),  # -2.5 away from zero
        (16777217, 1.0, -16777216, 0),  # f32(acc) rounds to 2^24
        (16777219, 1.0, -16777216, 4),  # and here up
        (2147483647, 1.0, 0, 127),
        (-2147483648, 1.0, 0, -128),
    ],
)
def test_ties_and_large_accumulators_by_hand(acc, scale, zero_point, result):
    npu = Npu(Config(k=1))
    npu.ext_write_vr(0, np.array([scale], np.float32))
    npu.ext_write_vr(1, np.array([zero_point], np.float32))
    npu.ext_write_vr(2, np.array([acc], np.int32))
    npu.load(assemble(CHAIN, npu.config))
    npu.run()
    assert npu.vx[16].tolist() == [result]
    assert requantize(acc, Fraction(scale), zero_point) == result
