"""Replicated modules: emitted once as Verilog, instantiated many times.

Amaranth elaborates every submodule instance anew; an array of K x K processing elements or K lanes takes seconds that
way. A stamped module is converted once (``emit.to_verilog``) and placed as a plain Verilog instance.
"""

from amaranth.hdl import ClockSignal, Instance, ResetSignal, Value
from amaranth.lib.wiring import Out, PureInterface, Signature


def stamp(module: str, signature: Signature, *, clocked: bool = True) -> tuple[Instance, PureInterface]:
    """Return an instance of Verilog module ``module`` and the interface its ports are bound to.

    The interface has the members of ``signature`` as seen from outside: what the module outputs can be read,
    what it inputs is to be driven. Clocked modules get the ``sync`` domain's ``clk`` and ``rst``.
    """
    interface = signature.flip().create()
    ports: dict[str, Value] = {}
    for path, member, _ in signature.flatten(signature.create()):
        target = interface
        for part in path:
            target = getattr(target, str(part)) if isinstance(part, str) else target[part]
        prefix = "o" if member.flow == Out else "i"
        ports[f"{prefix}_{'__'.join(map(str, path))}"] = Value.cast(target)
    if clocked:
        ports["i_clk"] = ClockSignal()
        ports["i_rst"] = ResetSignal()
    return Instance(module, **ports), interface
