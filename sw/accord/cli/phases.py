"""Progress bars for the phases of a job, and how long each took."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import perf_counter
from types import TracebackType

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

NAME_WIDTH = 24


class Phases:
    """Used as a context manager: shows a bar a phase while inside. ``seconds`` holds wall times by phase."""

    def __init__(self, console: Console) -> None:
        self.seconds: dict[str, float] = {}
        self._progress = Progress(
            TextColumn(f"{{task.description:<{NAME_WIDTH}}}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            console=console,
        )

    def __enter__(self) -> "Phases":
        self._progress.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._progress.stop()

    @contextmanager
    def phase(self, name: str, total: int | None = None) -> Iterator[Callable[[int], None]]:
        """Show one phase; gives the function to report the number of things done, out of ``total``.

        Without a total the bar only moves until the phase ends.
        """
        task = self._progress.add_task(name, total=total)
        start = perf_counter()
        yield lambda done: self._progress.update(task, completed=done)
        self.seconds[name] = perf_counter() - start
        self._progress.update(task, total=total or 1, completed=total or 1)
