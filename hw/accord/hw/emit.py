"""Verilog for a component and the stamped modules below it."""

from amaranth.back import verilog
from amaranth.lib.wiring import Component


def to_verilog(component: Component, name: str) -> str:
    """Return Verilog whose top module is ``name``.

    ``component.stamped`` (optional) maps module names to the components that ``stamp`` places by those names; each
    is emitted once, and so are those that they place in turn.
    """
    pending = {name: component}
    texts: dict[str, str] = {}
    while pending:
        module, part = pending.popitem()
        texts[module] = verilog.convert(part, name=module, strip_internal_attrs=True)
        stamped = getattr(part, "stamped", {})
        pending.update({key: value for key, value in stamped.items() if key not in texts})
    return "\n".join(texts[key] for key in sorted(texts))
