"""Ticks a second of the digits network on ``accord.sim.Npu``, beside the bare Verilated model in a C++ loop.

Both simulate the same program and as many ticks of host traffic; they take turns in one run, and medians are compared.
"""

import argparse
import statistics
import subprocess
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from accord.cli import digits_job
from accord.isa.config import Config
from accord.nn import lower_linear, run_linear
from accord.sim import Npu
from accord.sim.build import Recipe, build
from accord.sim.verilog import TOP, emit

IMAGES = 899
TURNS = 5


@dataclass(frozen=True)
class Speed:
    """Ticks a second, medians over the turns."""

    network: float
    bare: float

    @property
    def ratio(self) -> float:
        """Network over bare."""
        return self.network / self.bare


def measure(k: int) -> Speed:
    """Measure at K lanes. Raises CalledProcessError where the bare model does not come to its halt."""
    config = Config(k=k)
    data = digits_job.load_digits(0)
    layer = digits_job.quantize(data, digits_job.fit(data))
    plan = lower_linear(layer, config, IMAGES)
    x = digits_job.quantized_images(layer, data.test_images[:IMAGES])
    npu = Npu(config)
    run = run_linear(npu, plan, x)
    assert run.cycles is not None
    cycles, host_ticks = run.cycles // run.runs, (npu.ticks - run.cycles) // run.runs
    bare_model = build(Recipe(emit(config), TOP, Path(__file__).with_name("bare.cpp"), product="bare"))
    network, bare = [], []
    with tempfile.TemporaryDirectory() as directory:
        words = Path(directory) / "words"
        words.write_text("\n".join(str(int(word)) for word in plan.program))
        for _ in range(TURNS):
            start = time.perf_counter()
            run_linear(npu, plan, x)
            network.append(npu.ticks / (time.perf_counter() - start))
            command = [str(bare_model), str(words), str(cycles), str(host_ticks), str(run.runs)]
            ticks, seconds = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()
            bare.append(int(ticks) / float(seconds))
    return Speed(statistics.median(network), statistics.median(bare))


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--k", type=int, default=8, help="lanes")
    speed = measure(parser.parse_args().k)
    print(f"accord.sim.Npu  {speed.network:12,.0f} ticks/s")
    print(f"bare model      {speed.bare:12,.0f} ticks/s")
    print(f"ratio           {speed.ratio:12.2f}")


if __name__ == "__main__":
    main()
