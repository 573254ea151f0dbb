"""Real functions of one tensor, element by element, in float32 and in double."""

from accord.nn.functions.evaluate import evaluate, evaluate_double

__all__ = ["evaluate", "evaluate_double"]
