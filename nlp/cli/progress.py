"""Progress of work that takes more than a moment, on standard error where that is a terminal."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def progress(doing: str, total: int, quiet: bool) -> Iterator[Callable[..., None]]:
    """A function that counts one thing as done, or as many as it is told."""
    if quiet or total < 2 or not sys.stderr.isatty():
        yield lambda number=1: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn(doing), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(doing, total=total)
        yield lambda number=1: bar.advance(task, number)
