"""Bulk execution: the same as the instruction in a program, of any size and shape."""

import itertools
import tracemalloc

import numpy as np
import pytest

from accord.isa.encoding import encode
from accord.isa.fields import ROUNDING, by_mnemonic
from accord.model import Config, Npu, bulk
from accord.model.execute import LANEWISE
from accord.model.request import DTYPES, bulk_mnemonics

from .vectors import CORNERS

SEED = 20240609
K = 64
SIZES = {"VX": 1, "VE": 2, "VR": 4}


def variants(mnemonic):
    """Every combination of the modes: suffix, keyword arguments, mode codes."""
    has = {mode.field for mode in by_mnemonic()[mnemonic].modes}
    roundings = ROUNDING if "rounding" in has else ("rne",)
    flags = [(False, True) if name in has else (False,) for name in ("sat", "wrap")]
    for rounding, sat, wrap in itertools.product(roundings, *flags):
        codes = {"rounding": ROUNDING.index(rounding), "sat": int(sat), "wrap": int(wrap)}
        yield mnemonic + ".wrap" * wrap, {"rounding": rounding, "sat": sat}, {field: codes[field] for field in has}


def operands_of(mnemonic, random, shape):
    """Random bits, half of them corners where they are words; the last source is often zero, for selections."""
    arrays = []
    for operand in by_mnemonic()[mnemonic].operands:
        if operand.access != "r":
            continue
        dtype = DTYPES[operand.kind]
        array = random.integers(0, 1 << (8 * dtype.itemsize), shape, dtype=dtype)
        if dtype == np.uint32:
            array = np.where(random.integers(0, 2, shape) == 0, random.choice(CORNERS, shape), array)
        arrays.append(array)
    return arrays


@pytest.mark.parametrize("mnemonic", bulk_mnemonics())
def test_same_as_the_instruction_in_a_program(mnemonic):
    print(f"seed {SEED}")
    random = np.random.default_rng(SEED)
    instruction = by_mnemonic()[mnemonic]
    numbers = {"rd": 7, "rs1": 1, "rs2": 2, "rs3": 3}
    fields = {operand.field: numbers[operand.field] for operand in instruction.operands}
    kinds = {operand.field: operand.kind for operand in instruction.operands}
    compared = 0
    for (name, arguments, codes), _ in itertools.product(variants(mnemonic), range(4)):
        operands = operands_of(mnemonic, random, K)
        bits, flags = bulk(name, *operands, **arguments)
        npu = Npu(Config(k=K))
        sources = [operand.field for operand in instruction.operands if operand.access == "r"]
        for field, array in zip(sources, operands, strict=True):
            size = SIZES[kinds[field]]
            npu.ext_write_vx(numbers[field] * size, array.view(np.uint8).reshape(K, size).T)
        npu.load([encode(instruction, fields | codes), encode(by_mnemonic()["halt"], {})])
        npu.run()
        register = {"VX": npu.vx, "VE": npu.ve, "VR": npu.vr}[kinds["rd"]][7]
        np.testing.assert_array_equal(bits, register.view(bits.dtype))
        assert npu.status.flags == np.bitwise_or.reduce(flags)
        compared += 1
    assert compared >= 4


def test_every_lane_by_lane_operation_on_registers_is_offered():
    offered = {by_mnemonic()[mnemonic].row.op for mnemonic in bulk_mnemonics()}
    assert offered == LANEWISE.keys()
    fused = {"vfma", "vfms", "vnfma", "vnfms"}
    float_rows = {name for name in by_mnemonic() if name.startswith(("vf", "vcvt", "vsel"))} | fused
    assert float_rows - set(bulk_mnemonics()) == {"vfredsum", "vfredmax"}


@pytest.mark.parametrize("shape", [(), (0,), (1,), (5,), (3, 0, 2), (4, 3, 7), ((1 << 14) - 1,), (3 * (1 << 14) + 1,)])
def test_any_shape_gives_that_shape_and_element_by_element_the_same(shape):
    random = np.random.default_rng(SEED)
    a, b, c = (random.integers(0, 1 << 32, shape, dtype=np.uint32) for _ in range(3))
    bits, flags = bulk("vfma", a, b, c, rounding="rup")
    assert (bits.shape, flags.shape) == (shape, shape)
    assert (bits.dtype, flags.dtype) == (np.uint32, np.uint8)
    reversed_bits, reversed_flags = bulk("vfma", *(x.ravel()[::-1] for x in (a, b, c)), rounding="rup")
    np.testing.assert_array_equal(reversed_bits[::-1], bits.ravel())
    np.testing.assert_array_equal(reversed_flags[::-1], flags.ravel())


def test_operands_that_are_strided_or_read_only_are_read_and_left_alone():
    base = np.arange(60, dtype=np.uint16).reshape(6, 10)
    base.flags.writeable = False
    before = base.copy()
    bits, flags = bulk("vadd.ve", base[::2, 1:9:3], base[1::2, 1:9:3])
    np.testing.assert_array_equal(bits, base[::2, 1:9:3] + base[1::2, 1:9:3])
    np.testing.assert_array_equal(base, before)
    assert not flags.any()


def test_the_result_shares_no_memory_with_an_operand():
    bits = np.arange(4, dtype=np.uint32)
    assert not np.shares_memory(bulk("mov.vr", bits)[0], bits)


def test_ten_million_elements_take_little_more_than_their_result():
    zeros = np.zeros(10_000_000, np.uint32)
    tracemalloc.start()
    try:
        bits, flags = bulk("vfma", zeros, zeros, zeros)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert not bits.any()
    assert peak < bits.nbytes + flags.nbytes + (8 << 20)


@pytest.mark.parametrize(
    ("mnemonic", "arguments", "result", "flags"),
    [
        ("vcvt_f32_s8", {}, 2, 1),  # 2.5 to even: bulk's default is rne for every instruction
        ("vcvt_f32_s8", {"rounding": "rmm"}, 3, 1),
        ("vcvt_f32_s8.wrap", {}, 2, 1),
        ("vcvt_f32_e4m3", {"sat": True}, 0x42, 0),
    ],
)
def test_modes_by_hand(mnemonic, arguments, result, flags):
    bits, raised = bulk(mnemonic, np.array([2.5], np.float32).view(np.uint32), **arguments)
    assert (bits.dtype, int(bits[0]), int(raised[0])) == (np.uint8, result, flags)
