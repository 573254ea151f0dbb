"""The main job: every digit of the test half on reference, CPU kernels, golden model and RTL, equal to the byte."""

import numpy as np
import pytest

from accord.cli import digits_job as job
from accord.isa import Config
from accord.model import Npu as Model
from accord.nn import linear_reference, lower_linear, run_linear
from accord.sim import Npu as Rtl


@pytest.fixture(scope="module")
def digits():
    data = job.load_digits(0)
    classifier = job.fit(data)
    return data, classifier, job.quantize(data, classifier)


def test_all_digits_on_all_four(digits):
    data, classifier, layer = digits
    x = job.quantized_images(layer, data.test_images)
    config = Config(k=8)
    plan = lower_linear(layer, config, len(x))
    rtl = run_linear(Rtl(config), plan, x)
    results = {
        "reference": linear_reference(layer, x),
        "kernels": job.kernel_of(layer)(x),
        "model": run_linear(Model(config), plan, x).outputs,
        "rtl": rtl.outputs,
    }
    comparisons = job.compare(results)
    assert [(c.compared, c.differing) for c in comparisons] == [(899 * 10, 0)] * 6
    correct = job.correct(rtl.outputs, data.test_labels)
    assert correct >= job.correct(classifier.logits(data.test_images), data.test_labels) - 9  # 1 %
    assert correct > 850
    # one straight-line program, no data-dependent timing: the cycles are what they are
    assert rtl.runs == 8
    assert rtl.cycles == 34_104


@pytest.mark.parametrize("k", [1, 2, 4, 16, 64])
def test_other_sizes_on_the_model(digits, k):
    data, _, layer = digits
    count = min(100, 4 * k + 3)
    x = job.quantized_images(layer, data.test_images[:count])
    config = Config(k=k)
    run = run_linear(Model(config), lower_linear(layer, config, count), x)
    assert np.array_equal(run.outputs, linear_reference(layer, x))


def test_a_differing_byte_is_counted():
    a = np.zeros((3, 10), np.int8)
    b = a.copy()
    b[1, 2] = 1
    (comparison,) = job.compare({"a": a, "b": b})
    assert (comparison.compared, comparison.differing) == (30, 1)
    assert comparison.first == job.Difference(image=1, label=2, left=0, right=1)
    with pytest.raises(ValueError, match="a gave"):
        job.compare({"a": a, "b": b[:2]})
