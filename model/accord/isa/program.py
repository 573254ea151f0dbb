"""A program: words for one configuration, with where each came from."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from accord.isa.config import Config
from accord.isa.errors import Location
from accord.isa.machine import ProgramTooLongError
from accord.isa.word import Word


@dataclass(frozen=True)
class Program:
    """Words from address 0 on; iterating gives the words.

    ``source`` has one Location a word where the program came from text, else it is empty; ``symbols`` the
    values of labels and names. Neither counts in comparisons. Raises ProgramTooLongError where the words do
    not fit the configuration's program memory, ValueError for a word that is not 32 bits or a source of
    another length.
    """

    words: tuple[Word, ...]
    config: Config
    source: tuple[Location, ...] = field(default=(), compare=False, repr=False)
    symbols: Mapping[str, int] = field(default_factory=dict, compare=False, repr=False)

    def __post_init__(self) -> None:
        words = tuple(word if isinstance(word, Word) else Word(word) for word in self.words)
        object.__setattr__(self, "words", words)
        if len(words) > self.config.program_words:
            raise ProgramTooLongError(
                f"a program of {len(words)} words does not fit the program memory of "
                f"{self.config.program_words} words (Config.program_words)"
            )
        if self.source and len(self.source) != len(words):
            raise ValueError(f"source has {len(self.source)} locations for {len(words)} words")

    def __iter__(self) -> Iterator[Word]:
        return iter(self.words)

    def __len__(self) -> int:
        return len(self.words)
