"""Calibration: from batches of real values to the ranges that are quantized.

>>> import numpy as np
>>> from accord.nn.calibration import Percentile
>>> observer = Percentile(99)
>>> for batch in np.random.default_rng(1).normal(0, 1, (100, 1, 1000)).astype(np.float32):
...     observer.update(batch)
>>> record = observer.record()
>>> [round(end, 1) for end in (*record.seen, *record.range)]
[-4.0, 4.4, -2.6, 2.6]
"""

from accord.nn.calibration.entropy import Entropy
from accord.nn.calibration.histogram import Histogram
from accord.nn.calibration.minmax import MinMax
from accord.nn.calibration.mse import MSE
from accord.nn.calibration.network import METHODS, load_records, merge, observe, save_records
from accord.nn.calibration.observer import Observer
from accord.nn.calibration.percentile import Percentile
from accord.nn.calibration.record import Record
from accord.nn.calibration.relative import Relative

# plain order, as everywhere; the rule would take MSE for a constant
__all__ = [  # noqa: RUF022
    "Entropy",
    "Histogram",
    "METHODS",
    "MSE",
    "MinMax",
    "Observer",
    "Percentile",
    "Record",
    "Relative",
    "load_records",
    "merge",
    "observe",
    "save_records",
]
