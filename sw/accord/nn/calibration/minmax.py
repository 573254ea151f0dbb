"""MinMax: everything that was seen."""

from accord.nn.calibration.observer import Observer


class MinMax(Observer):
    """The range from the least to the largest value: nothing saturates, and outliers cost the others resolution."""

    method = "minmax"

    def _range(self) -> tuple[float, float]:
        return self.low, self.high
