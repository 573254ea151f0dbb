"""Run the gates of quantization and print each one's figure; exit with 0 only if all of them pass.

``--only 1,3`` runs some of them. ``--bad`` gives each its bad case instead, and exits with 0 only if all of them fail.
"""

import argparse
import sys

from bench.gates import calibration, cosine, latency, memory, regression, webassembly
from bench.gates.gate import Gate, Outcome
from bench.processor import header, lacks

GATES = [
    Gate(1, "calibration is valid", calibration.measure, calibration.measure_bad),
    Gate(2, "cosine against FP32", cosine.measure, cosine.measure_bad),
    Gate(3, "latency", latency.measure, latency.measure_bad, needs="VNNI"),
    Gate(4, "memory", memory.measure, memory.measure_bad),
    Gate(5, "native code is safe", regression.safety, regression.safety_bad),
    Gate(6, "WebAssembly gives the same bytes", webassembly.measure, webassembly.measure_bad),
    Gate(7, "the whole regression passes", regression.regression, regression.regression_bad),
]
"""In this order; those without a measurement are not built yet."""


def run(gate: Gate, is_bad: bool) -> bool:
    """Run a gate, or its bad case, and print its line; return whether it did as it should, if it can be measured."""
    measure, lack = gate.bad if is_bad else gate.measure, lacks(gate.needs)
    if lack:
        print(f"gate {gate.number}  {gate.title:34} ----  {lack}", flush=True)
        return True
    outcome = measure() if measure else Outcome("", False)
    state = "open" if measure is None else "pass" if outcome.passed else "FAIL"
    print(f"gate {gate.number}  {gate.title:34} {state}  {outcome.figure}".rstrip(), flush=True)
    return measure is not None and outcome.passed != is_bad


def main(arguments: list[str] | None = None) -> int:
    """Run the gates asked for; return 1 where one does not do as it should."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", default="", metavar="NUMBERS", help="such as 1,3; all of them by default")
    parser.add_argument("--bad", action="store_true", help="the bad cases, which have to fail")
    options = parser.parse_args(arguments)
    wanted = [number for number in options.only.split(",") if number]
    unknown = set(wanted) - {str(gate.number) for gate in GATES}
    if unknown:
        parser.error(f"--only: no gate {', '.join(sorted(unknown))}; there are 1 to {len(GATES)}")
    print(header())
    chosen = [gate for gate in GATES if not wanted or str(gate.number) in wanted]
    try:
        results = [run(gate, options.bad) for gate in chosen]
    except FileNotFoundError as missing:
        print(f"error: {missing}", file=sys.stderr)
        return 2
    return int(not all(results))


if __name__ == "__main__":
    sys.exit(main())
