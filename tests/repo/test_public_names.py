"""What each package offers: listed, sorted, importable, nothing private."""

import importlib
import pkgutil

import pytest

import accord

PACKAGES = ["accord.isa", "accord.kernels", "accord.model", "accord.nn", "accord.sim"]
SUBPACKAGES = [
    "accord.nn.calibration",
    "accord.nn.executor",
    "accord.nn.exporters.onnx",
    "accord.nn.functions",
    "accord.nn.graph",
    "accord.nn.importers.onnx",
    "accord.nn.importers.tflite",
    "accord.nn.layers",
    "accord.nn.networks",
    "accord.nn.passes",
    "accord.nn.programs",
    "accord.nn.quantization",
]


@pytest.mark.parametrize("name", PACKAGES + SUBPACKAGES)
def test_public_names_are_listed_sorted_and_importable(name: str) -> None:
    package = importlib.import_module(name)
    names = package.__all__
    assert names
    assert list(names) == sorted(set(names))
    assert [entry for entry in names if entry.startswith("_")] == []
    assert [entry for entry in names if not hasattr(package, entry)] == []


@pytest.mark.parametrize("name", PACKAGES + SUBPACKAGES)
def test_public_names_are_documented(name: str) -> None:
    package = importlib.import_module(name)
    documented = [getattr(package, entry) for entry in package.__all__]
    callables = [entry for entry in documented if callable(entry)]
    assert callables
    assert [entry.__name__ for entry in callables if not entry.__doc__] == []


def test_packages_are_those_of_the_namespace() -> None:
    found = {f"accord.{module.name}" for module in pkgutil.iter_modules(accord.__path__)}
    assert found == {*PACKAGES, "accord.cli", "accord.hw"}
