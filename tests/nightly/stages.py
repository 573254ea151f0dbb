"""What `make nightly` runs: the stages, in their order, and the sources that each depends on."""

from dataclasses import dataclass

from tests.emulated.targets import ON_TARGET, TARGETS

ALL = ("model", "hw", "sim", "sw", "bench", "tests")
RTL = ("model", "hw", "sim", "tests/hw", "tests/sim", "tests/model")
KERNELS = ("sw/csrc", "sw/accord/kernels", "tests/sw/kernels", "tests/sw/exact_contracts.py", "model/accord/model")
EMULATED = (*KERNELS, "sw/js", "tests/emulated")
SLOW = ("tests/hw", "tests/sim", "tests/faults", "tests/emulated")


@dataclass(frozen=True)
class Stage:
    """Some tests, all of one run of pytest, or another command that prints how many cases it tried."""

    name: str
    what: str
    reads: tuple[str, ...]
    """Folders and files: while nothing in them changes, what passed is not run again."""
    arguments: tuple[str, ...]
    is_pytest: bool = True


def _marked(name: str, what: str, reads: tuple[str, ...], marks: str, *arguments: str) -> Stage:
    return Stage(name, what, reads, ("-m", marks, *arguments))


def _faults(name: str, what: str, reads: tuple[str, ...], file: str) -> Stage:
    return _marked(name, what, (*reads, "tests/faults", "bench/copies"), "nightly", f"tests/faults/{file}")


def _target(name: str) -> Stage:
    arguments = ("-p", "tests.emulated.plugin", "--target", name, *ON_TARGET)
    return Stage(f"on-{name}", f"the kernels' tests on {name}", EMULATED, arguments)


COSIM = "tests/hw/test_cosim.py"
HERE = ("tests/emulated", "--ignore", ON_TARGET[-1])
BESIDE = tuple(word for folder in SLOW for word in ("--ignore", folder))
STAGES = (
    _marked("day", "what `make test` runs, another seed", ALL, "not nightly and not emulated"),
    _marked("cosim", "random programs, model and RTL in lock-step", RTL, "nightly", COSIM),
    _marked("rtl", "other sizes, 20 million fused", RTL, "nightly", *SLOW[:2], "--deselect", COSIM),
    _marked("software", "programs, networks, formats at full size", ALL, "nightly and not emulated", "tests", *BESIDE),
    Stage("exact", "kernels on random layers", ALL, ("-m", "bench.exact_kernels", "--cases", "3000"), is_pytest=False),
    _marked("emulated", "dispatch, symbols, WebAssembly's faces", EMULATED, "emulated or nightly", *HERE),
    *(_target(name) for name in TARGETS),
    _faults("sanitizers", "kernels, addresses and behaviour checked", KERNELS, "test_sanitizers.py"),
    _faults("faults-rtl", "deliberate faults of the RTL, each seen", RTL, "test_faults.py"),
    _faults("faults-kernels", "deliberate faults of the kernels, each seen", KERNELS, "test_kernel_faults.py"),
)
