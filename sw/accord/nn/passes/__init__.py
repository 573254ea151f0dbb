"""Passes: each takes a graph and returns another, never changing its argument."""

from accord.nn.passes.activations import fuse_clamps
from accord.nn.passes.batch_norm import fold_batch_norm
from accord.nn.passes.boundaries import insert_boundaries
from accord.nn.passes.functions import compose_functions, fuse_functions
from accord.nn.passes.reals import to_reals
from accord.nn.passes.tables import tabulate
from accord.nn.passes.weights import quantize_weights

__all__ = [
    "compose_functions",
    "fold_batch_norm",
    "fuse_clamps",
    "fuse_functions",
    "insert_boundaries",
    "quantize_weights",
    "tabulate",
    "to_reals",
]
