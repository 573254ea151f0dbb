"""Softmax: the same bytes for every K and on the CPU, those of the written steps, and close to the one in double."""

import numpy as np
import pytest
from tests.long_runs import nightly

from accord.isa import Config
from accord.model import Npu
from accord.nn import QuantizationParams, QuantParams
from accord.nn.layers import QuantizedSoftmax
from accord.nn.programs import SoftmaxLayout, exponentials, run_program, softmax
from accord.sim.seed import seed

from . import softmax_reference as reference

SCALES = (0.00390625, 0.05, 0.17, 1.3)


def vectors_of(count: int, length: int, number: int) -> np.ndarray:
    """(count, length) int8, of narrow and wide spread; the first ones all equal and all extremes."""
    rng = np.random.default_rng([seed(), length, number])
    spread = rng.uniform(1, 90, (count, 1))
    q = np.clip(np.rint(rng.standard_normal((count, length)) * spread + rng.uniform(-60, 60)), -128, 127)
    q[0] = rng.integers(-128, 128)
    if count > 1:
        q[1] = rng.choice([-128, 127], length)
    return q.astype(np.int8)


def build(config: Config, vectors: int, length: int, scale: float):
    layout = SoftmaxLayout(config.k, vectors, length)
    constants = 0
    source = layout.constants
    target = source + vectors * layout.rows
    scratch = target + vectors * layout.rows
    program = softmax(
        config,
        vectors=vectors,
        length=length,
        source=source,
        target=target,
        constants=constants,
        scratch=scratch,
        input_params=QuantParams(np.float32(scale), 11),
    )
    assert program.constants.shape == (layout.constants, config.k)
    return program, layout, source, target


def rows_of(q: np.ndarray, layout: SoftmaxLayout) -> np.ndarray:
    """Lanes behind a vector's end hold the largest byte: counted, they would show."""
    padding = layout.rows * layout.k - layout.length
    return np.pad(q, ((0, 0), (0, padding)), constant_values=127).reshape(-1, layout.k)


def bytes_of(scratchpad: np.ndarray, target: int, layout: SoftmaxLayout) -> np.ndarray:
    rows = scratchpad[target : target + layout.vectors * layout.rows]
    return rows.reshape(layout.vectors, -1)[:, : layout.length]


def on_cpu(q: np.ndarray, scale: float) -> list[list[int]]:
    params = QuantizationParams(scale, 11), QuantizationParams(1 / 256, -128)
    return QuantizedSoftmax(*params, contract="tflite")(q).tolist()


@pytest.mark.parametrize("length", [1, 2, 5, 8, 10, 12, 16, 21, 64, 65, 100, 131])
def test_softmax(config, run, length):
    scale = SCALES[length % len(SCALES)]
    q = vectors_of(3, length, 0)
    program, layout, source, target = build(config, len(q), length, scale)
    left = bytes_of(run(program, {source: rows_of(q, layout)}), target, layout)
    assert left.tolist() == [reference.softmax(vector, np.float32(scale)).tolist() for vector in q]
    assert left.tolist() == on_cpu(q, scale)


def test_a_long_vector_at_every_k():
    """1000 classes, not a multiple of any K: all seven NPUs leave the same bytes."""
    q = vectors_of(4, 1000, 1)
    expected = [reference.softmax(vector, np.float32(0.08)).tolist() for vector in q]
    assert len(set(np.ravel(expected).tolist())) > 5
    assert on_cpu(q, 0.08) == expected
    for k in (1, 2, 4, 8, 16, 32, 64):
        config = Config(k=k, scratchpad_rows=1 << 15)
        program, layout, source, target = build(config, len(q), 1000, 0.08)
        machine = Npu(config)
        run_program(machine, program, {source: rows_of(q, layout)})
        assert bytes_of(machine.scratchpad, target, layout).tolist() == expected, k


@pytest.mark.parametrize("k", [2, 8, 32, 64])
def test_lengths_around_every_boundary(k):
    config = Config(k=k, scratchpad_rows=1 << 14)
    lengths = sorted({max(1, n + step) for n in (k, 2 * k, 64, 128, 64 + k, 128 - k) for step in (-1, 0, 1)})
    for length in lengths:
        q = vectors_of(2, length, k)
        program, layout, source, target = build(config, len(q), length, 0.05)
        machine = Npu(config)
        run_program(machine, program, {source: rows_of(q, layout)})
        left = bytes_of(machine.scratchpad, target, layout)
        assert left.tolist() == [reference.softmax(vector, np.float32(0.05)).tolist() for vector in q], length


@pytest.mark.parametrize("scale", [SCALES[0], *map(nightly, SCALES[1:])])
def test_bytes_differ_from_double_only_at_ties(scale):
    """Where the byte is not that of the softmax in double, 256 p lies within 1e-4 of a tie between the two."""
    config = Config(k=16, scratchpad_rows=1 << 14)
    differing = compared = 0
    for length in (2, 10, 12, 100):
        q = vectors_of(200, length, 2)
        program, layout, source, target = build(config, len(q), length, scale)
        machine = Npu(config)
        run_program(machine, program, {source: rows_of(q, layout)})
        left = bytes_of(machine.scratchpad, target, layout)
        assert left.tolist() == on_cpu(q, scale)
        exact = np.array([reference.in_double(vector, np.float32(scale)) for vector in q])
        wrong = left != np.clip(np.rint(exact) - 128, -128, 127)
        distance = np.abs(np.abs(exact % 1) - 0.5)
        assert (distance[wrong] < 1e-4).all()
        assert (np.abs(left[wrong].astype(int) + 128 - exact[wrong]) < 0.5001).all()
        differing, compared = differing + int(wrong.sum()), compared + wrong.size
    print(f"scale {scale}: {differing} of {compared} bytes differ from the softmax in double, all at ties")
    assert compared == 200 * 124


def test_in_place_and_again(config):
    """A second run with new vectors, constants not written again: nothing is left over from the first."""
    scale = 0.07
    layout = SoftmaxLayout(config.k, 2, 13)
    program = softmax(
        config,
        vectors=2,
        length=13,
        source=2000,
        target=2000,
        constants=0,
        scratch=3000,
        input_params=QuantParams(np.float32(scale), 0),
    )
    machine = Npu(config)
    for number in (3, 4):
        q = vectors_of(2, 13, number)
        if number == 3:
            run_program(machine, program, {2000: rows_of(q, layout)})
        else:
            machine.write_scratchpad(2000, rows_of(q, layout))
            machine.run()
        left = bytes_of(machine.scratchpad, 2000, layout)
        assert left.tolist() == [reference.softmax(vector, np.float32(scale)).tolist() for vector in q]


def test_exponentials_are_rounded_once():
    table = exponentials(np.float32(0.05))
    assert table.dtype == np.float32
    assert table[0] == 1
    assert np.array_equal(table, reference.exponentials(np.float32(0.05)))
    assert exponentials(np.float32(3e38))[1:].tolist() == [0.0] * 255


def test_reciprocal_is_within_one_unit_in_the_last_place():
    totals = np.concatenate([np.linspace(1, 4, 3001), np.geomspace(1, 1 << 20, 2000)]).astype(np.float32)
    for total in totals:
        exact = 1 / np.float64(total)
        assert abs(float(reference.reciprocal(total)) - exact) <= np.spacing(np.float32(exact))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"length": 0}, "length=0"),
        ({"vectors": 0}, "vectors=0"),
        ({"scratch": 220}, "scratch=220: its 40 rows overlap the 6 rows of target=200|target"),
        ({"constants": 4000}, "constants=4000: its 129 rows end beyond the scratchpad of 4096 rows"),
        ({"source": 100}, "constants=0: its 129 rows overlap|source=100"),
    ],
)
def test_bad_arguments_are_named(changes, message):
    arguments = {"vectors": 3, "length": 10, "source": 300, "target": 230, "constants": 0, "scratch": 400, **changes}
    with pytest.raises(ValueError, match=message):
        softmax(Config(k=8), **arguments, input_params=QuantParams(np.float32(0.1), 0))
