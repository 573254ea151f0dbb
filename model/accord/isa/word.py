"""An instruction word, and the one mark it carries beside its 32 bits."""


class Word(int):
    """A 32-bit instruction word; equal to, and hashed as, its value.

    ``alias`` is the assembler's ``.alias`` mark: the instruction reads rows under another class than they
    were written, on purpose. It is no part of the encoding.
    """

    _alias: bool

    def __new__(cls, value: int, alias: bool = False) -> "Word":
        """Raise ValueError where ``value`` is not 32 bits."""
        if not 0 <= value <= 0xFFFFFFFF:
            raise ValueError(f"{value:#x} is not a 32-bit word: expected 0 to 0xffffffff")
        word = super().__new__(cls, value)
        word._alias = alias
        return word

    @property
    def alias(self) -> bool:
        """Whether the word was marked ``.alias``."""
        return self._alias

    def __repr__(self) -> str:
        return f"Word(0x{int(self):08x}{', alias=True' if self.alias else ''})"
