"""Tables of layers or tensors: figures whole, and as much of the name as a line has room for."""

from rich.table import Table


def layers_table(numbers: list[str], texts: list[str], name: str, title: str | None = None) -> Table:
    """Return a table with columns of numbers, of short texts, and one of names."""
    table = Table(box=None, pad_edge=False, expand=True, title=title, title_justify="left")
    for column in numbers:
        table.add_column(column, justify="right")
    for column in texts:
        table.add_column(column)
    table.add_column(name, ratio=1, overflow="ellipsis", no_wrap=True)
    return table
