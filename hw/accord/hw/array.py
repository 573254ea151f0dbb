"""The K x K output-stationary array: skew feeders, processing elements, collectors, deskew, tile register T.

A row pair enters through the feed registers of the MMALU; lane i of each operand is delayed by i ticks here. The
control word enters row i delayed by i ticks too and moves right with the operand. Where the ``last`` wave has just
passed, the element's sum is final and visible for one tick: the collector of its row selects it, the deskew registers
align the rows, and column j of the tile is committed at tick 2K-1+j after the first of K feeds.
"""

from amaranth.hdl import Array, Cat, Module, Mux, Signal, signed
from amaranth.lib.wiring import Component, In, Out

from accord.hw.pe import CONTROL, ProcessingElement
from accord.hw.stamp import stamp
from accord.isa.config import Config


def delayed(m: Module, value, ticks: int):
    """Return ``value`` delayed by ``ticks`` registers."""
    for _ in range(ticks):
        register = Signal.like(value)
        m.d.sync += register.eq(value)
        value = register
    return value


class SystolicArray(Component):
    """ACC and T. Columns are K x 32 bits, element i (row i of the array) at bit 32 i."""

    def __init__(self, config: Config):
        k = self.k = config.k
        self.stamped = {"accord_pe": ProcessingElement()}
        super().__init__(
            {
                "a": In(8 * k),  # rs1 side: lane i feeds row i
                "b": In(8 * k),  # rs2 side: lane j feeds column j
                "control": In(CONTROL),
                "commit": Out(1),  # column K-1 is committed at the coming edge: `diagonal` is valid
                "diagonal": Out(32 * k),  # lane i: T[i][i]
                "tile_column": In(6),
                "tile": Out(32 * k),  # T[:, tile_column]
                "host_column": In(6),
                "host_tile": Out(32 * k),  # T[:, host_column]
                "host_acc": Out(32 * k),  # ACC[:, host_column]
            }
        )

    def elaborate(self, platform: object) -> Module:
        m = Module()
        elements = self._place(m)
        columns = self._commit(m, elements)
        sums = [Cat(row[j].acc for row in elements) for j in range(self.k)]
        m.d.comb += [
            self.tile.eq(Array(columns)[self.tile_column]),
            self.host_tile.eq(Array(columns)[self.host_column]),
            self.host_acc.eq(Array(sums)[self.host_column]),
        ]
        return m

    def _place(self, m: Module):
        k = self.k
        signature = self.stamped["accord_pe"].signature
        elements = [[None] * k for _ in range(k)]
        controls = [self.control]
        for _ in range(k - 1):
            controls.append(delayed(m, controls[-1], 1))
        for i in range(k):
            for j in range(k):
                instance, element = stamp("accord_pe", signature)
                m.submodules[f"pe_{i}_{j}"] = instance
                elements[i][j] = element
        for i in range(k):
            a_in = delayed(m, self.a.word_select(i, 8), i)
            b_in = delayed(m, self.b.word_select(i, 8), i)
            m.d.comb += [elements[i][0].a.eq(a_in), elements[0][i].b.eq(b_in)]
            m.d.comb += elements[i][0].control.eq(controls[i])
            for j in range(1, k):
                left, above = elements[i][j - 1], elements[j - 1][i]
                m.d.comb += [
                    elements[i][j].a.eq(left.a_right),
                    elements[i][j].control.eq(left.control_right),
                    elements[j][i].b.eq(above.b_down),
                ]
        return elements

    def _commit(self, m: Module, elements):
        k = self.k
        aligned = []
        for i in range(k):
            collected = Signal(signed(32), name=f"collected_{i}")
            terms = 0
            for element in elements[i]:
                terms = terms | Mux(element.control_right.last, element.acc, 0)
            m.d.comb += collected.eq(terms)
            aligned.append(delayed(m, collected, k - 1 - i))
        columns = []
        for j in range(k):
            column = Signal(32 * k, name=f"tile_{j}")
            with m.If(elements[k - 1][j].control_right.last):
                m.d.sync += column.eq(Cat(aligned))
            columns.append(column)
        diagonal = [columns[i].word_select(i, 32) for i in range(k - 1)]
        m.d.comb += [
            self.commit.eq(elements[k - 1][k - 1].control_right.last),
            self.diagonal.eq(Cat(*diagonal, aligned[k - 1])),
        ]
        return columns
