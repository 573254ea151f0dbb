"""Integer instructions, broadcasts, constants, moves and integer conversions in Python integers."""

import operator

import numpy as np
import pytest

from accord.isa import assemble
from accord.model import Config, Npu

from .integers import clamp, wrap

SEED = 20240603
WIDTH = {"vx": 8, "ve": 16, "vr": 32}
OPERATIONS = {"vadd": operator.add, "vsub": operator.sub, "vmul": operator.mul, "vmax": max, "vmin": min}


def run(npu, text):
    npu.load(assemble(text + "\nhalt", npu.config))
    assert npu.run().cause == 0
    return npu


@pytest.fixture
def npu():
    npu = Npu(Config(k=64))
    npu.ext_write_vx(0, np.random.default_rng(SEED).integers(0, 256, (32, 64), dtype=np.uint8))
    return npu


def operands(width):
    """Lanes with the extremes against each other and random ones, as signed Python integers."""
    random = np.random.default_rng(SEED)
    low, high = -(1 << (width - 1)), (1 << (width - 1)) - 1
    corners = [low, low + 1, -1, 0, 1, high]
    pairs = [(x, y) for x in corners for y in corners]
    pairs += random.integers(low, high, (64 - len(pairs), 2), endpoint=True).tolist()
    return [list(column) for column in zip(*pairs, strict=True)]


def write(npu, name, number, lanes):
    size = WIDTH[name] // 8
    lane_bytes = b"".join(lane.to_bytes(size, "little", signed=True) for lane in lanes)
    npu.ext_write_vx(number * size, np.frombuffer(lane_bytes, np.uint8).reshape(len(lanes), size).T.copy())


@pytest.mark.parametrize("name", WIDTH)
@pytest.mark.parametrize(
    ("operation", "saturate"),
    [(operation, False) for operation in OPERATIONS] + [("vadd", True), ("vsub", True), ("vmul", True)],
)
def test_lanes_are_the_python_result_wrapped_or_clamped(npu, name, operation, saturate):
    print(f"seed {SEED}")
    x, y = operands(WIDTH[name])
    write(npu, name, 1, x)
    write(npu, name, 2, y)
    register = name.upper()
    suffix = ".sat" if saturate else ""
    run(npu, f"{operation}.{name}{suffix} {register}[3], {register}[1], {register}[2]")
    narrow = clamp if saturate else wrap
    want = [narrow(OPERATIONS[operation](a, b), WIDTH[name]) for a, b in zip(x, y, strict=True)]
    assert getattr(npu, name)[3].tolist() == want
    assert getattr(npu, name)[1].tolist() == x
    assert npu.status.flags == 0


@pytest.mark.parametrize("name", WIDTH)
def test_destination_may_be_a_source(npu, name):
    x, y = operands(WIDTH[name])
    write(npu, name, 1, x)
    write(npu, name, 2, y)
    register = name.upper()
    run(npu, f"vsub.{name} {register}[2], {register}[1], {register}[2]")
    assert getattr(npu, name)[2].tolist() == [wrap(a - b, WIDTH[name]) for a, b in zip(x, y, strict=True)]


@pytest.mark.parametrize("name", WIDTH)
def test_bcast_copies_lane_0_and_mov_every_lane(npu, name):
    register = name.upper()
    before = getattr(npu, name)
    run(npu, f"bcast.{name} {register}[4], {register}[5]\nmov.{name} {register}[6], {register}[7]")
    after = getattr(npu, name)
    assert after[4].tolist() == [int(before[5, 0])] * 64
    assert after[6].tolist() == before[7].tolist()
    others = [i for i in range(len(before)) if i not in (4, 6)]
    assert (after[others] == before[others]).all()


@pytest.mark.parametrize(
    ("name", "value"), [("vx", -128), ("vx", 127), ("ve", -2048), ("ve", 2047), ("vr", -2048), ("vr", 2047)]
)
def test_immediate_is_sign_extended_into_every_lane(npu, name, value):
    run(npu, f"bcasti.{name} {name.upper()}[3], {value}")
    assert getattr(npu, name)[3].tolist() == [value] * 64


def test_vlui_is_the_upper_20_bits_and_vaddi_adds_modulo_2_to_the_32(npu):
    run(npu, "vlui VR[3], 0x80000\nvaddi VR[4], VR[3], -1\nvlui VR[5], 0x12345")
    assert npu.vr[3].tolist() == [-(1 << 31)] * 64
    assert npu.vr[4].tolist() == [(1 << 31) - 1] * 64
    assert npu.vr[5].tolist() == [0x12345000] * 64


@pytest.mark.parametrize("value", [0, 1, -1, 0x7FF, 0x800, 0x12345FFF, 0x7FFFF800, -0x80000000, 0xDEADBEEF])
def test_const_macro_makes_any_32_bit_constant(npu, value):
    run(npu, f"const VR[3], {value}")
    assert npu.vr[3].tolist() == [wrap(value, 32)] * 64


def test_s8_to_s32_extends_the_sign_of_every_s8():
    for first in range(-128, 128, 64):
        npu = Npu(Config(k=64))
        values = list(range(first, first + 64))
        write(npu, "vx", 0, values)
        run(npu, "vcvt_s8_s32 VR[1], VX[0]")
        assert npu.vr[1].tolist() == values


@pytest.mark.parametrize(("suffix", "narrow"), [("", clamp), (".wrap", wrap)])
def test_s32_to_s8_clamps_or_wraps(npu, suffix, narrow):
    values = [-(1 << 31), (1 << 31) - 1, *range(-130, -126), *range(126, 130), 255, 256, -256, 384]
    values += [0] * (64 - len(values))
    write(npu, "vr", 1, values)
    run(npu, f"vcvt_s32_s8{suffix} VX[0], VR[1]")
    assert npu.vx[0].tolist() == [narrow(value, 8) for value in values]
    assert npu.status.flags == 0
