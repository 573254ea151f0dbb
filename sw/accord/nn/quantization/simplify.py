"""The passes that come before calibration: what is left has one value for each tensor of bytes."""

from collections.abc import Iterator

from accord.nn.graph import Graph
from accord.nn.passes import compose_functions, fold_batch_norm, fuse_clamps, fuse_functions

PASSES = (fold_batch_norm, fuse_functions, fuse_clamps, compose_functions)
"""In this order."""


def simplified(graph: Graph) -> Graph:
    """Return a float32 graph without batch normalizations, with clamps in their operations and functions fused.

    The function computed stays what it was; a simplified graph is its own simplification.
    """
    for _, made in simplifying(graph):
        graph = made
    return graph


def simplifying(graph: Graph) -> Iterator[tuple[str, Graph]]:
    """Yield the name of each pass of :func:`simplified` and the graph after it."""
    for step in PASSES:
        graph = step(graph)
        yield step.__name__, graph
