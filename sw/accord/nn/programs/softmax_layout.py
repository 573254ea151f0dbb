"""How vectors, constants and scratch of a softmax lie in the scratchpad."""

from dataclasses import dataclass

from accord.isa.config import LUT_BYTES

PARTIALS = 64


@dataclass(frozen=True)
class SoftmaxLayout:
    """Rows of ``vectors`` vectors of ``length`` elements at K lanes, each vector from a new row on."""

    k: int
    vectors: int
    length: int

    @property
    def rows(self) -> int:
        """Rows a vector, of the source and of the target."""
        return -(-self.length // self.k)

    @property
    def full(self) -> int:
        """Rows of a vector all of whose lanes hold elements."""
        return self.length // self.k

    @property
    def tail(self) -> int:
        """Elements in the row behind those, 0 where there is none."""
        return self.length % self.k

    @property
    def groups(self) -> int:
        """VRs that the 64 partials take."""
        return PARTIALS // self.k

    @property
    def used(self) -> int:
        """Of them, those that any element reaches."""
        return min(self.rows, self.groups)

    @property
    def scratch(self) -> int:
        """Scratch rows: two of every exponential's four bytes, and the partials."""
        return 2 * self.vectors * self.rows + 4 * self.used

    @property
    def constants(self) -> int:
        """Constant rows: the four byte planes of the exponentials, and a mask of the last row's lanes."""
        return 4 * LUT_BYTES // self.k + 1
