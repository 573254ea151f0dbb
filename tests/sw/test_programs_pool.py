"""Pooling against windows taken by NumPy and averages in exact fractions; the CPU's pools give the same bytes."""

from fractions import Fraction

import numpy as np
import pytest
from tests.long_runs import nightly

from accord import kernels
from accord.isa import Config
from accord.model import Npu
from accord.nn import QuantParams
from accord.nn.programs import Windows, average_pool, max_pool, run_program
from accord.sim.seed import seed

from . import exact_contracts as exact

SOURCE, TARGET = 64, 2048
PARAMS = QuantParams(np.float32(0.037), -13)
OUTPUT = QuantParams(np.float32(0.029), 5)

WINDOWS = {
    "one": Windows((1, 1), (1, 1), (1, 1), 1, 1),
    "global": Windows((1, 1), (7, 7), (1, 1), 7, 1),
    "2x2": Windows((3, 4), (2, 2), (2, 2), 8, 4),
    "3x3 overlapping": Windows((5, 5), (3, 3), (1, 1), 9, 6),
    "3x5 down 2": Windows((2, 3), (3, 5), (2, 1), 8, 3),
    "wide": Windows((2, 2), (1, 19), (3, 4), 40, 2),
    "line": Windows((1, 9), (1, 3), (1, 2), 19, 9),
    "column": Windows((4, 1), (5, 1), (1, 1), 1, 1),
}


def image(k: int, windows: Windows) -> np.ndarray:
    """Rows of random bytes; in lane 0 the extremes, in the last lane ties of averages."""
    rng = np.random.default_rng([seed(), k, windows.source_rows])
    rows = rng.integers(-128, 128, (windows.source_rows, k)).astype(np.int8)
    rows[:, 0] = rng.choice([-128, 127], len(rows)) if k > 1 else rows[:, 0]
    rows[:, -1] = rng.integers(-2, 2, len(rows)) if k > 4 else rows[:, -1]
    return rows


def windows_of(rows: np.ndarray, windows: Windows) -> dict[int, np.ndarray]:
    """Target row: the (n, K) rows of its window."""
    found = {}
    for y in range(windows.count[0]):
        for x in range(windows.count[1]):
            first = y * windows.stride[0] * windows.pitch + x * windows.stride[1]
            picked = [
                first + line * windows.pitch + column
                for line in range(windows.size[0])
                for column in range(windows.size[1])
            ]
            found[y * windows.target_pitch + x] = rows[picked].astype(int)
    return found


def reduced(rows: np.ndarray, windows: Windows, function) -> list[list[int]]:
    """What the target holds; rows between its lines stay zero."""
    left = np.zeros((windows.target_rows, rows.shape[1]), int)
    for row, window in windows_of(rows, windows).items():
        left[row] = [function(lane) for lane in window.T.tolist()]
    return left.tolist()


def on_cpu(rows: np.ndarray, windows: Windows, pool, **settings) -> list[list[int]]:
    """What the target would hold, pooled by a kernel of the CPU: an image of lines ``pitch`` rows apart."""
    missing = -len(rows) % windows.pitch
    padded = np.pad(rows, ((0, missing), (0, 0)))
    image = padded.reshape(1, -1, windows.pitch, rows.shape[1])
    pooled = pool(image, windows.size, stride=windows.stride, **settings)
    down, across = windows.count
    left = np.zeros((down, windows.target_pitch, rows.shape[1]), int)
    left[:, :across] = pooled[0, :down, :across]
    return left.reshape(-1, rows.shape[1])[: windows.target_rows].tolist()


def average_tflite(lane: list[int]) -> int:
    return exact.sat8(exact.round_half_away(Fraction(sum(lane), len(lane))))


def average_onnx(lane: list[int]) -> int:
    n = exact.f32(len(lane))
    multiplier = exact.f32(Fraction(float(PARAMS.scale)) / exact.f32(Fraction(float(OUTPUT.scale)) * n))
    return exact.requantize_onnx(sum(lane) - len(lane) * PARAMS.zero_point, multiplier, OUTPUT.zero_point)


def average_fma(lane: list[int]) -> int:
    multiplier = np.float32(float(PARAMS.scale) / (float(OUTPUT.scale) * len(lane)))
    acc = sum(lane) - len(lane) * PARAMS.zero_point
    return exact.requantize_fma(acc, float(multiplier), OUTPUT.zero_point)


def settings(output: QuantParams) -> dict:
    return {
        "x_scale": PARAMS.scale,
        "x_zero_point": PARAMS.zero_point,
        "scale": output.scale,
        "zero_point": output.zero_point,
    }


AVERAGES = {"tflite": (average_tflite, PARAMS), "onnx": (average_onnx, OUTPUT), "fma": (average_fma, OUTPUT)}


@pytest.mark.parametrize("windows", WINDOWS.values(), ids=WINDOWS)
def test_max_pool(config, run, windows):
    rows = image(config.k, windows)
    left = run(max_pool(config, windows=windows, source=SOURCE, target=TARGET), {SOURCE: rows})
    assert left[TARGET : TARGET + windows.target_rows].tolist() == reduced(rows, windows, max)
    assert on_cpu(rows, windows, kernels.max_pool) == reduced(rows, windows, max)


@pytest.mark.parametrize("contract", AVERAGES)
@pytest.mark.parametrize("windows", WINDOWS.values(), ids=WINDOWS)
def test_average_pool(config, run, windows, contract):
    reference, output = AVERAGES[contract]
    rows = image(config.k, windows)
    program = average_pool(
        config,
        windows=windows,
        source=SOURCE,
        target=TARGET,
        contract=contract,
        input_params=PARAMS,
        output_params=output,
    )
    left = run(program, {SOURCE: rows})
    expected = reduced(rows, windows, reference)
    assert left[TARGET : TARGET + windows.target_rows].tolist() == expected
    assert on_cpu(rows, windows, kernels.average_pool, **settings(output), contract=contract) == expected


@pytest.mark.parametrize("count", [1, 2, 7, 49, 1000, *map(nightly, (3, 6, 12, 82, 194, 255, 9999, 16_384))])
def test_tflite_average_near_every_half(count):
    """Sums at, right below and right above every half of the range: the multiplier's rounding must not show.

    With the nearest FP32 number to 1 / 82 or 1 / 194, which lies below, it would.
    """
    config = Config(k=64, scratchpad_rows=1 << 15)
    height = next(n for n in range(int(count**0.5), 0, -1) if count % n == 0)
    windows = Windows((1, 1), (height, count // height), (1, 1), count // height, 1)
    halves = [count * half // 2 + step for half in range(-255, 255) for step in (-1, 0, 1)]
    sums = sorted({total for total in halves if -128 * count <= total <= 127 * count})
    program = average_pool(
        config,
        windows=windows,
        source=0,
        target=1 << 14,
        contract="tflite",
        input_params=PARAMS,
        output_params=PARAMS,
    )
    machine = Npu(config)
    for start in range(0, len(sums), 64):
        group = np.resize(sums[start : start + 64], 64)
        rows = np.tile(group // count, (count, 1))
        rows += np.arange(count)[:, None] < group % count
        assert rows.sum(axis=0).tolist() == group.tolist()
        run_program(machine, program, {0: rows.astype(np.int8)})
        expected = [exact.round_half_away(Fraction(int(total), count)) for total in group]
        assert machine.scratchpad[1 << 14].tolist() == expected
        rows_as_image = rows.astype(np.int8).reshape(1, *windows.size, 64)
        pooled = kernels.average_pool(rows_as_image, windows.size, **settings(PARAMS), contract="tflite")
        assert pooled.ravel().tolist() == expected


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"count": (0, 1)}, "count=0"),
        ({"size": (1, 4096)}, "size=4096"),
        ({"stride": (1,)}, "stride="),
        ({"pitch": 2}, "pitch=2: must be an integer from 3"),
        ({"target_pitch": 0}, "target_pitch=0"),
    ],
)
def test_windows_that_cannot_be(changes, message):
    fields = {"count": (1, 2), "size": (2, 2), "stride": (1, 1), "pitch": 3, "target_pitch": 2, **changes}
    with pytest.raises(ValueError, match=message):
        Windows(**fields)


def test_bad_arguments_are_named():
    config, windows = Config(k=4), WINDOWS["2x2"]
    with pytest.raises(ValueError, match="target=10: its 12 rows overlap the 48 rows of source=0"):
        max_pool(config, windows=windows, source=0, target=10)
    place = {"windows": windows, "source": 0, "target": 100, "input_params": PARAMS}
    with pytest.raises(ValueError, match="output_params: the tflite contract"):
        average_pool(config, **place, contract="tflite", output_params=OUTPUT)
    with pytest.raises(ValueError, match="contract='exact': expected one of fma, onnx, tflite"):
        average_pool(config, **place, contract="exact", output_params=OUTPUT)
    huge = QuantParams(np.float32(1e38), 0)
    with pytest.raises(ValueError, match="output_params: the factor"):
        average_pool(config, **place | {"input_params": QuantParams(np.float32(1e-10), 0)}, output_params=huge)
    large = Windows((1, 1), (129, 128), (1, 1), 128, 1)
    with pytest.raises(ValueError, match="windows: rows of one=16512: must be an integer from 1 to 16384"):
        average_pool(config, **{**place, "windows": large}, output_params=OUTPUT)
