"""The ledger of marks: measures each row afresh, prints it and writes build/marks.jsonl, one object a row.

``--only PREFIX`` measures the rows whose id begins so and keeps the others as they were. Rows that download
packages (``sim.cold.s``) are measured only when named.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]
LEDGER = ROOT / "build" / "marks.jsonl"
PROGRAMS = 2000


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
    import sim_speed

    ratio = round(sim_speed.measure(8).ratio, 3)
    peer = "Python touching every cycle"
    return Mark("sim.cps.network", ratio, "ratio", peer, 0.02, ">= 0.9", ratio >= 0.9, "make bench")


def exact_cosim() -> Mark:
    """Count instructions of random programs after which model and RTL have the same state; a difference raises."""
    from accord.sim.cosim import run_random, small_config
    from accord.sim.generator import Generator
    from accord.sim.seed import seed

    generator = Generator(small_config(8), seed())
    count = run_random(generator, range(PROGRAMS), ROOT / "build" / "cosim")
    command = "make marks ONLY=exact.cosim"
    return Mark("exact.cosim", count, "instructions", "", None, "0 differ", True, command)


ROWS: dict[str, Callable[[], Mark]] = {
    "sim.warm.s": sim_warm,
    "sim.cps.network": sim_cps_network,
    "exact.cosim": exact_cosim,
}
NAMED: dict[str, Callable[[], Mark]] = {"sim.cold.s": sim_cold}


def main() -> int:
    """Measure the rows asked for; return 1 where none is."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", default="", metavar="PREFIX", help="ids that begin so")
    prefix = parser.parse_args().only
    chosen = {name: row for name, row in ROWS.items() if name.startswith(prefix)}
    chosen |= {name: row for name, row in NAMED.items() if prefix and name.startswith(prefix)}
    if not chosen:
        print(f"no row begins with {prefix!r}; rows: {', '.join([*ROWS, *NAMED])}", file=sys.stderr)
        return 1
    lines = LEDGER.read_text().splitlines() if prefix and LEDGER.exists() else []
    ledger = {row["id"]: row for row in map(json.loads, lines)}
    LEDGER.parent.mkdir(exist_ok=True)
    for row in chosen.values():
        mark = row()
        ledger[mark.id] = asdict(mark)
        LEDGER.write_text("".join(json.dumps(entry) + "\n" for entry in ledger.values()))
        print(
            f"{mark.id:20} {mark.value:>12,} {mark.unit:12} target {mark.target:10} {'met' if mark.met else 'NOT MET'}"
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
