"""Lowered linear layers on the golden model, byte for byte against exact arithmetic."""

import numpy as np
import pytest

from accord.isa import Config, disassemble
from accord.model import Npu
from accord.nn import LoweringError, QuantizedLinear, QuantParams, linear_reference, lower_linear, run_linear
from accord.nn.reference import requantize, round_half_away, round_to_f32


def layer(channels: int, inputs: int, seed: int, *, extreme: bool = False) -> QuantizedLinear:
    rng = np.random.default_rng(seed)
    shape = (channels, inputs)
    weight = rng.choice([-127, 127], shape) if extreme else rng.integers(-127, 128, shape)
    spread = 127 * 127 * inputs if extreme else 127 * 127 * inputs**0.5
    return QuantizedLinear(
        weight.astype(np.int8),
        rng.integers(-(2**12), 2**12, channels).astype(np.int32),
        (rng.uniform(0.5, 2.0, channels) * 100 / spread).astype(np.float32),
        QuantParams(np.float32(0.1), 5),
        QuantParams(np.float32(0.2), int(rng.integers(-128, 128))),
    )


def images(count: int, inputs: int, seed: int, *, extreme: bool = False) -> np.ndarray:
    rng = np.random.default_rng(seed + 1000)
    shape = (count, inputs)
    return (rng.choice([-128, 127], shape) if extreme else rng.integers(-128, 128, shape)).astype(np.int8)


@pytest.mark.parametrize("k", [1, 2, 4, 8, 16, 32])
@pytest.mark.parametrize(("channels", "inputs", "count"), [(10, 64, 21), (3, 7, 5), (17, 1, 9), (8, 30, 40)])
def test_bytes_equal_the_reference(k, channels, inputs, count):
    extreme = channels == 8
    subject = layer(channels, inputs, k, extreme=extreme)
    x = images(count, inputs, k, extreme=extreme)
    plan = lower_linear(subject, Config(k=k), count)
    result = run_linear(Npu(Config(k=k)), plan, x)
    expected = linear_reference(subject, x)
    assert expected.shape == (count, channels)
    assert len(np.unique(expected)) > 2
    assert np.array_equal(result.outputs, expected)


def test_the_program_is_what_the_plan_says():
    plan = lower_linear(layer(10, 64, 1), Config(k=8), 899)
    mnemonics = [line.split()[0] for line in plan.source.splitlines()]
    feeds = sum(name.startswith("mma") and not name.startswith("mma.bias") for name in mnemonics)
    assert feeds == plan.feeds == plan.tiles * 64
    assert mnemonics.count("mma.bias") == plan.tiles
    assert mnemonics.count("vtile") == mnemonics.count("vcvt_f32_s8") == plan.tiles * 8
    assert mnemonics[-1] == "halt"
    assert len(plan.program) == len(mnemonics) <= 4096
    assert len(disassemble(plan.program, plan.config).splitlines()) == len(mnemonics)


def test_progress_counts_images():
    plan = lower_linear(layer(4, 8, 1), Config(k=4, program_words=256), 50)
    done: list[int] = []
    run = run_linear(Npu(plan.config), plan, images(50, 8, 1), done.append)
    assert done[-1] == 50
    assert len(done) == run.runs > 1


@pytest.mark.parametrize(
    ("config", "message"),
    [
        (Config(k=8, program_words=64), "program_words: one image tile of the layer needs"),
        (Config(k=8, scratchpad_rows=64), "scratchpad_rows: one image tile of the layer needs"),
        (Config(k=8, vx_count=16), "vx_count=16"),
    ],
)
def test_what_does_not_fit_is_named(config, message):
    with pytest.raises(LoweringError, match=message):
        lower_linear(layer(10, 64, 1), config, 8)


def test_bad_images_are_named():
    plan = lower_linear(layer(4, 8, 1), Config(k=4), 4)
    with pytest.raises(ValueError, match="x: expected int8 of shape"):
        run_linear(Npu(plan.config), plan, np.zeros((4, 8), np.uint8))
    with pytest.raises(ValueError, match="x: no images"):
        run_linear(Npu(plan.config), plan, np.zeros((0, 8), np.int8))
    with pytest.raises(ValueError, match="images=0"):
        lower_linear(layer(4, 8, 1), Config(k=4), 0)


def test_the_reference_itself_on_hand_made_values():
    assert requantize(50, 0.009999999776482582, 0) == 1  # 0.5 up, away from zero
    assert requantize(-50, 0.009999999776482582, 0) == -1
    assert requantize(3, 0.5, 4) == 6  # 5.5
    assert requantize(2**31 - 1, 1.0, 0) == 127
    assert requantize(-(2**31), 1.0, 127) == -128
    assert round_to_f32(2**24 + 1) == 2**24
    assert round_to_f32(2**24 + 3) == 2**24 + 4
    assert [round_half_away(n) for n in (0, 7, -7)] == [0, 7, -7]
