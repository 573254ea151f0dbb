"""The ledger of marks: measures each row afresh, prints it and writes build/marks.jsonl, one object a row.

Rows that need what the processor lacks are named, and neither measured nor kept.

``--only PREFIX,PREFIX`` measures the rows whose ids begin so and keeps the others as they were. Rows that download
packages (``sim.cold.s``) are measured only when named. The rows ``cpu.*`` are measured in one run.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

from accord.kernels import available
from bench.kernels.cases import CALL, CASES, IDS
from bench.processor import header, lacks

if TYPE_CHECKING:
    from bench.kernels.measure import Result

ROOT = Path(__file__).parents[1]
LEDGER = ROOT / "build" / "marks.jsonl"
PROGRAMS = 2000
KERNEL_CASES = 3000


@dataclass(frozen=True)
class Mark:
    """One row of the ledger."""

    id: str
    value: float
    unit: str
    peer: str
    peer_value: float | None
    target: str
    met: bool
    command: str


def _make_run(directory: Path) -> float:
    """Return the seconds that ``make run`` takes in ``directory``."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("MAKE")}
    start = time.perf_counter()
    subprocess.run(["make", "run"], cwd=directory, env=environment, check=True, stdout=subprocess.DEVNULL)
    return round(time.perf_counter() - start, 2)


def sim_warm() -> Mark:
    """Time ``make run`` with everything installed and built."""
    _make_run(ROOT)
    seconds = _make_run(ROOT)
    return Mark("sim.warm.s", seconds, "s", "", None, "< 20", seconds < 20, "make run")


def sim_cold() -> Mark:
    """Time ``make run`` in a fresh clone: packages downloaded, RTL emitted and compiled."""
    with tempfile.TemporaryDirectory() as directory:
        start = time.perf_counter()
        subprocess.run(["git", "clone", "--quiet", str(ROOT), directory], check=True)
        _make_run(Path(directory))
        seconds = round(time.perf_counter() - start, 2)
    peer = "Gemmini, simulator build alone"
    return Mark("sim.cold.s", seconds, "s", peer, 1800, "< 120", seconds < 120, "git clone; make run")


def sim_cps_network() -> Mark:
    """Compare the in-process NPU's ticks a second with the bare model's."""
    from bench import sim_speed

    ratio = round(sim_speed.measure(8).ratio, 3)
    peer = "Python touching every cycle"
    return Mark("sim.cps.network", ratio, "ratio", peer, 0.02, ">= 0.9", ratio >= 0.9, "make bench ONLY=sim")


def exact_cosim() -> Mark:
    """Count instructions of random programs after which model and RTL have the same state; a difference raises."""
    from accord.sim.cosim import run_random, small_config
    from accord.sim.generator import Generator
    from accord.sim.seed import seed

    generator = Generator(small_config(8), seed())
    count = run_random(generator, range(PROGRAMS), ROOT / "build" / "cosim")
    command = "make marks ONLY=exact.cosim"
    return Mark("exact.cosim", count, "instructions", "", None, "0 differ", True, command)


def exact_kernels(isa: str) -> Mark:
    """Count random cases of every kernel whose bytes an instruction set and its witnesses agree on."""
    from bench.exact_kernels import measure

    name = f"exact.kernels.{isa}"
    compared, differ = measure(isa, KERNEL_CASES)
    return Mark(name, compared, "cases", "", None, f"0 differ: {differ}", differ == 0, f"make marks ONLY={name}")


def mbv3_speedup() -> Mark:
    """Compare MobileNetV3-Small's time in INT8 with ONNX Runtime's in FP32."""
    from bench.network_marks import speedup

    ratio, ours, theirs = speedup()
    peer = f"ONNX Runtime FP32 (INT8 here: {ours * 1e3:.3f} ms)"
    command = "make marks ONLY=cpu.mbv3.speedup"
    return Mark(
        "cpu.mbv3.speedup", round(ratio, 2), "ratio", peer, round(theirs * 1e3, 3), ">= 3.0", ratio >= 3, command
    )


def mbv3_cosine() -> Mark:
    """Compare MobileNetV3-Small's logits with those in FP32."""
    from bench.network_marks import mobilenet_cosine

    least, mean, their_least, their_mean = mobilenet_cosine()
    met = least >= 0.968 and mean >= 0.982 and least > their_least and mean > their_mean
    target = f">= 0.968, mean ({mean:.4f}) >= 0.982, above the peer (mean {their_mean:.4f})"
    command = "make marks ONLY=cpu.mbv3.cosine"
    return Mark(
        "cpu.mbv3.cosine", round(least, 4), "cosine", "ONNX Runtime", round(their_least, 4), target, met, command
    )


def trained_cosine() -> Mark:
    """Compare pooled features of trained networks with those in FP32."""
    from bench.network_marks import trained_cosine

    least = trained_cosine()
    command = "make marks ONLY=nn.cosine.trained"
    return Mark("nn.cosine.trained", round(least, 4), "cosine", "", None, ">= 0.995", least >= 0.995, command)


def exact_network(row: str) -> Mark:
    """Count bytes of networks that are an outsider's: ``exact.onnx`` or ``exact.tflite``."""
    from bench import network_marks

    measure = {"exact.onnx": network_marks.against_onnx_runtime, "exact.tflite": network_marks.against_tflite}
    compared, differ = measure[row]()
    return Mark(row, compared, "elements", "", None, f"0 differ: {differ}", differ == 0, f"make marks ONLY={row}")


class MissingPeers(Exception):  # noqa: N818
    """Kernels have nobody to be measured beside."""


def cpu_mark(result: "Result") -> Mark | None:
    """Return the row of a kernel, its value that of its first target; None where a peer or a peak is not known."""
    case = result.case
    values = [result.value(target) for target in case.targets]
    if None in values:
        return None
    pairs = [(target, value) for target, value in zip(case.targets, values, strict=True) if value is not None]
    peer = str(result.peer(case.targets[0]))
    peer_value = result.median(peer) * 1e6 if case.id.endswith(".us") else result.gops(peer)
    return Mark(
        case.id,
        round(pairs[0][1], 3),
        pairs[0][0].quantity,
        peer,
        round(peer_value, 2),
        "; ".join(f"{target}: {value:.3f}" for target, value in pairs),
        all(target.met(value) for target, value in pairs),
        f"make marks ONLY={case.id}",
    )


def cpu_marks(ids: Sequence[str]) -> Iterator[Mark]:
    """Measure kernels beside all of their peers. MissingPeers where one is not installed: the rest flatters."""
    from accord.sim.seed import seed
    from bench.kernels.measure import ROUNDS
    from bench.kernels.session import missing, one_processor, run

    cases = [case for case in (*CASES, CALL) if case.id in ids]
    if missing() and not all(case.isa for case in cases):
        raise MissingPeers(f"cpu.*: not installed: {', '.join(missing())}; Debian: apt-get install libdnnl-dev")
    with one_processor():
        yield from filter(None, map(cpu_mark, run(cases, seed(), ROUNDS, lambda: None)))


ROWS: dict[str, Callable[[], Mark]] = {
    "sim.warm.s": sim_warm,
    "sim.cps.network": sim_cps_network,
    "exact.cosim": exact_cosim,
    "cpu.mbv3.speedup": mbv3_speedup,
    "cpu.mbv3.cosine": mbv3_cosine,
    "nn.cosine.trained": trained_cosine,
    "exact.onnx": partial(exact_network, "exact.onnx"),
    "exact.tflite": partial(exact_network, "exact.tflite"),
    **{f"exact.kernels.{isa}": partial(exact_kernels, isa) for isa in available()},
}
NAMED: dict[str, Callable[[], Mark]] = {"sim.cold.s": sim_cold}
NEEDS = {"cpu.mbv3.speedup": "VNNI", **{case.id: case.needs for case in (*CASES, CALL)}}


def main() -> int:
    """Measure the rows asked for; return 1 where none is."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", default="", metavar="PREFIX", help="ids that begin so, separated by commas")
    prefixes = tuple(parser.parse_args().only.split(","))
    single = ROWS | (NAMED if any(prefixes) else {})
    chosen = [name for name in (*single, *IDS) if name.startswith(prefixes)]
    if not chosen:
        print(f"no row begins with {prefixes}; rows: {', '.join([*ROWS, *NAMED, *IDS])}", file=sys.stderr)
        return 1
    lines = LEDGER.read_text().splitlines() if any(prefixes) and LEDGER.exists() else []
    ledger = {row["id"]: row for row in map(json.loads, lines)}
    LEDGER.parent.mkdir(exist_ok=True)
    print(header())
    for name in [name for name in chosen if lacks(NEEDS.get(name, ""))]:
        print(f"{name:22} {lacks(NEEDS[name])}")
        chosen.remove(name)
        ledger.pop(name, None)
    kernels = [name for name in chosen if name in IDS]
    try:
        for mark in chain((single[name]() for name in chosen if name in single), cpu_marks(kernels) if kernels else ()):
            ledger[mark.id] = asdict(mark)
            LEDGER.write_text("".join(json.dumps(entry) + "\n" for entry in ledger.values()))
            stands = "met" if mark.met else "NOT MET"
            print(f"{mark.id:22} {mark.value:>12,} {mark.unit:14} target {mark.target:10} {stands}", flush=True)
    except (MissingPeers, FileNotFoundError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
