"""What random programs look like: named probabilities, weights and ranges."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Knobs:
    """Each field is a probability, a weight or a range; the defaults are those of the tests."""

    length: tuple[int, int] = (4, 48)
    """Words of a program before what it has to aim at."""
    executed: int = 400
    """About how many instructions a program may execute, its loops counted out."""
    targets: int = 3
    """Hazard and flag bins that a program aims at; successive programs go through all of them."""
    aliasing: float = 0.8
    """Probability that a register is drawn from the program's few hot rows, whatever its class."""
    hot_groups: int = 3
    """How many VR registers the hot rows are."""
    session: tuple[int, int] = (1, 12)
    """Feeds in a session."""
    overwritten: float = 0.2
    """Probability that, behind a feed, the vector or load/store unit writes a row the open session takes."""
    burst: tuple[int, int] = (3, 8)
    """Instructions in a burst: on the rows of one VR register through all classes, or on a lookup bank."""
    corners: float = 0.5
    """Probability that a 32-bit lane of the initial registers and scratchpad is a corner value."""
    address_set: float = 0.5
    """Probability that a load or store has its address register set just before it."""
    edge: float = 0.3
    """Probability that such a load or store touches the first or the last scratchpad row, base and offset together."""
    zero_count: float = 0.15
    """Probability that a loop's count is 0, so that its body is skipped."""
    long_count: float = 0.1
    """Probability that a loop's count is the largest that ``executed`` leaves."""
    shared_end: float = 0.3
    """Probability that a loop's body ends with another loop, so that the two end together."""
    illegal: float = 0.04
    """Probability that a program holds an illegal word."""
    address_fault: float = 0.03
    """Probability that a program holds a load or store of the first row outside the scratchpad."""
    loop_fault: float = 0.06
    """Probability that a program holds a fifth loop inside four, or one ending behind the end of the one around it."""
    early_halt: float = 0.02
    """Probability that a program holds a halt before its last word."""
    run_off: float = 0.02
    """Probability that a program runs past the end of the program memory."""
    weights: tuple[tuple[str, int], ...] = (
        *(("matrix", 4), ("integer", 5), ("logic", 4), ("reduce", 3), ("lookup", 2), ("convert", 5), ("float", 5)),
        *(("memory", 4), ("broadcast", 3), ("move", 2), ("address", 2), ("control", 1)),
    )
    """Relative frequency of each family of the table, among fragments of one instruction."""
    fragments: tuple[tuple[str, int], ...] = (
        ("instruction", 24),
        ("alias", 2),
        ("lookup", 1),
        ("aimed", 3),
        ("loop", 3),
    )
    """Relative frequency of the fragments that a program is made of; see ``accord.sim.fragments``."""
