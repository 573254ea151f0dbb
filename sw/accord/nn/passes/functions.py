"""GR-4, first half: what is computed of one tensor, element by element, becomes one function of it."""

from collections.abc import Iterator

from accord.nn.graph import Apply, Expression, FunctionAttributes, Graph, Node, Op, X, substitute
from accord.nn.passes.edit import copied, makers, pruned, reader_counts

OPERATORS = {Op.ADD: "Add", Op.MULTIPLY: "Mul"}
"""Of two tensors, by the names that expressions have for them."""


def fuse_functions(graph: Graph) -> Graph:
    """Return the graph with each elementwise computation of one tensor as one FUNCTION.

    Sums and products whose operands are functions of one tensor, the nearest there is, become a FUNCTION of that: such
    as x * sigmoid(x). The operations, their order and so the results in float32 stay what they were.
    """
    made = copied(graph)
    made.nodes = []
    for node in graph.nodes:
        made.nodes.append(_fused(made, node) or node)
    return pruned(made)


def compose_functions(graph: Graph) -> Graph:
    """Return the graph with each FUNCTION of a FUNCTION that nothing else reads as one."""
    made = copied(graph)
    readers, before = reader_counts(graph), makers(graph)
    made.nodes = []
    for node in graph.nodes:
        if node.op is Op.FUNCTION:
            inner = before.get(node.inputs[0])
            if inner is not None and inner.op is Op.FUNCTION and readers[inner.output] == 1:
                both = substitute(expression(node), expression(inner))
                node = Node(node.name, Op.FUNCTION, inner.inputs, node.output, FunctionAttributes(both))
                before[node.output] = node
        made.nodes.append(node)
    return pruned(made)


def expression(node: Node) -> Expression:
    """Return what a FUNCTION computes."""
    assert isinstance(node.attributes, FunctionAttributes)
    return node.attributes.expression


def _fused(made: Graph, node: Node) -> Node | None:
    """Return a sum or product as a function of one tensor, None where it is none or has a clamp."""
    if node.op not in OPERATORS or getattr(node.attributes, "clamp", None) is not None:
        return None
    if any(name in made.constants for name in node.inputs):
        return None
    if any(made.value(name).shape != made.value(node.output).shape for name in node.inputs):
        return None
    before = makers(made)
    for root in _ancestors(before, node.inputs[0]):
        parts = [_expression_of(before, name, root) for name in node.inputs]
        if None not in parts:
            found = Apply(OPERATORS[node.op], tuple(part for part in parts if part is not None))
            return Node(node.name, Op.FUNCTION, (root,), node.output, FunctionAttributes(found))
    return None


def _ancestors(before: dict[str, Node], name: str) -> Iterator[str]:
    """Yield a value and what it is a function of, the nearest first."""
    yield name
    while name in before and before[name].op is Op.FUNCTION:
        name = before[name].inputs[0]
        yield name


def _expression_of(before: dict[str, Node], name: str, root: str) -> Expression | None:
    """Return a value as an expression of the root, None where it is no function of that alone."""
    if name == root:
        return X
    node = before.get(name)
    if node is None or node.op is not Op.FUNCTION:
        return None
    inner = _expression_of(before, node.inputs[0], root)
    return None if inner is None else substitute(expression(node), inner)
