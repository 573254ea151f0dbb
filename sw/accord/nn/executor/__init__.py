"""Running graphs."""

from accord.nn.executor.plan import Plan, make_plan
from accord.nn.executor.run import Executor, LayerTime

__all__ = ["Executor", "LayerTime", "Plan", "make_plan"]
