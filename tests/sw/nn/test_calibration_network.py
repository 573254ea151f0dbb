"""Calibration of many tensors: by name, in parts, to a file and back."""

import numpy as np
import pytest

from accord.nn.calibration import METHODS, MinMax, Percentile, load_records, merge, observe, save_records


def batches(seed):
    rng = np.random.default_rng(seed)
    for _ in range(3):
        yield {"input": rng.normal(0, 1, (2, 5)).astype(np.float32), "é/out": rng.random((2, 7), np.float32)}


def records(observers):
    return {name: observer.record() for name, observer in observers.items()}


@pytest.mark.parametrize("method", METHODS)
def test_parts_of_the_data_give_what_the_whole_gives(method, tmp_path):
    whole = observe([*batches(1), *batches(2)], METHODS[method])
    parts = merge(observe(batches(1), METHODS[method]), observe(batches(2), METHODS[method]))
    assert records(parts) == records(whole)
    assert records(whole)["input"].samples == 12
    path = tmp_path / "calibration.json"
    save_records(records(whole), path)
    assert load_records(path) == records(whole)


def test_tensors_of_one_part_alone_are_kept():
    one, other = observe(batches(1)), observe(batches(2))
    del other["input"]
    assert records(merge(one, other))["input"] == records(one)["input"]
    assert records(merge(other, one))["input"] == records(one)["input"]


def test_errors_name_the_tensor():
    for value, error in ((np.array([np.nan], np.float32), ValueError), (np.zeros(1), TypeError)):
        with pytest.raises(error, match=r"tensor 'conv1': batch: (expected|every)"):
            observe([{"input": np.ones(1, np.float32)}, {"conv1": value}], MinMax)


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '{"format": "accord.Calibration 1"}', '{"format": "other", "tensors": {}}']
)
def test_files_that_are_none(text, tmp_path):
    path = tmp_path / "calibration.json"
    path.write_text(text)
    with pytest.raises(ValueError, match=r"calibration.json: no calibration; expected what save_records writes"):
        load_records(path)
    with pytest.raises(FileNotFoundError):
        load_records(tmp_path / "nothing")


def test_options_are_those_of_the_observers():
    made = observe(batches(1), lambda: Percentile(97.5))
    assert records(made)["input"].options == {"percentile": 97.5}
