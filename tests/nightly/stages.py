"""What `make nightly` runs: the stages, in their order, the likeliest to find something first."""

from dataclasses import dataclass

from tests.emulated.targets import TARGETS

OPERATIONS = ("conv2d", "dot", "matmul", "pointwise", "pool", "requantize")
KERNELS = tuple(f"tests/sw/kernels/test_{name}.py" for name in OPERATIONS)
ON_TARGET = (*KERNELS, "tests/emulated/on_target")
BESIDE = ("--ignore", "tests/hw", "--ignore", "tests/sim", "--ignore", "tests/faults", "--ignore", "tests/emulated")


@dataclass(frozen=True)
class Stage:
    """Some tests, all of one run of pytest, or another command that prints how many cases it tried."""

    name: str
    what: str
    arguments: tuple[str, ...]
    is_pytest: bool = True


def _tests(name: str, what: str, marks: str, *arguments: str) -> Stage:
    return Stage(name, what, ("-m", marks, *arguments))


STAGES = (
    _tests("day", "all that `make test` runs, another seed", "not nightly and not emulated"),
    _tests("cosim", "random programs, model and RTL in lock-step", "nightly", "tests/hw/test_cosim.py"),
    _tests(
        "rtl",
        "other sizes of the array; twenty million fused multiply-adds",
        "nightly",
        "tests/hw",
        "tests/sim",
        "--deselect",
        "tests/hw/test_cosim.py",
    ),
    _tests("software", "programs, networks and formats at full size", "nightly and not emulated", "tests", *BESIDE),
    Stage("exact", "kernels on random layers", ("bench/exact_kernels.py", "--cases", "3000"), is_pytest=False),
    _tests("emulated", "dispatch, symbols and WebAssembly's faces", "emulated", "tests/emulated"),
    *(
        Stage(
            f"on-{target}",
            f"the kernels' tests on {target}",
            ("-p", "tests.emulated.plugin", "--target", target, *ON_TARGET),
        )
        for target in TARGETS
    ),
    _tests(
        "sanitizers",
        "kernels under address and undefined-behaviour sanitizers",
        "nightly",
        "tests/faults/test_sanitizers.py",
    ),
    _tests("faults-rtl", "deliberate faults of the RTL, each to be seen", "nightly", "tests/faults/test_faults.py"),
    _tests(
        "faults-kernels",
        "deliberate faults of the kernels, each to be seen",
        "nightly",
        "tests/faults/test_kernel_faults.py",
    ),
)
