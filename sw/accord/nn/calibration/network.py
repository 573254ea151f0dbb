"""Calibration of a whole network: an observer a tensor, and a file of what they found."""

import json
import os
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from accord.nn.calibration.entropy import Entropy
from accord.nn.calibration.minmax import MinMax
from accord.nn.calibration.mse import MSE
from accord.nn.calibration.observer import Observer
from accord.nn.calibration.percentile import Percentile
from accord.nn.calibration.record import Record

METHODS: dict[str, Callable[[], Observer]] = {kind.method: kind for kind in (MinMax, Percentile, MSE, Entropy)}
"""By name, with their default options."""
FORMAT = "accord.Calibration 1"


def observe(
    batches: Iterable[Mapping[str, NDArray[np.float32]]], make: Callable[[], Observer] = MinMax
) -> dict[str, Observer]:
    """Return an observer, made by ``make``, for each tensor of the batches, which map names to float32 arrays.

    Batches are taken one at a time. ValueError and TypeError as :meth:`Observer.update` raises them, naming the tensor.
    """
    observers: dict[str, Observer] = {}
    for batch in batches:
        for name, values in batch.items():
            if name not in observers:
                observers[name] = make()
            try:
                observers[name].update(values)
            except (TypeError, ValueError) as problem:
                raise type(problem)(f"tensor {name!r}: {problem}") from None
    return observers


def merge(one: Mapping[str, Observer], other: Mapping[str, Observer]) -> dict[str, Observer]:
    """Return the observers of two parts of the data, tensor by tensor. TypeError as :meth:`Observer.merge`."""
    both = {name: one[name].merge(other[name]) for name in one if name in other}
    return {**one, **other, **both}


def save_records(records: Mapping[str, Record], path: str | os.PathLike[str]) -> None:
    """Write records as JSON, by the names of their tensors; :func:`load_records` gives back the same numbers."""
    text = {"format": FORMAT, "tensors": {name: asdict(record) for name, record in records.items()}}
    Path(path).write_text(json.dumps(text, indent=1) + "\n")


def load_records(path: str | os.PathLike[str]) -> dict[str, Record]:
    """Return what :func:`save_records` wrote. OSError where there is no such file, ValueError where it is another."""
    try:
        found = json.loads(Path(path).read_text())
        if found["format"] != FORMAT:
            raise KeyError("format")
        return {name: _record(entry) for name, entry in found["tensors"].items()}
    except (ValueError, KeyError, TypeError, AttributeError) as problem:
        raise ValueError(f"{os.fspath(path)}: no calibration; expected what save_records writes") from problem


def _record(entry: dict[str, Any]) -> Record:
    pairs = {name: (float(entry[name][0]), float(entry[name][1])) for name in ("seen", "range")}
    return Record(**{**entry, **pairs})
