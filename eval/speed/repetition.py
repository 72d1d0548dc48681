"""Repetition: things timed in turn, so that a slow minute of the machine falls on all of them."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

Action = Callable[[], object]
Say = Callable[[str], None]
"""Tells the user how far the work is."""


@dataclass(frozen=True, slots=True)
class Spread:
    """The median of some figures, and the lowest and the highest of them."""

    median: float
    low: float
    high: float

    @classmethod
    def of(cls, figures: Sequence[float]) -> Spread:
        """Of at least one figure."""
        return cls(statistics.median(figures), min(figures), max(figures))

    def to_json(self) -> list[float]:
        """Median, lowest, highest, to four digits."""
        return [float(f"{figure:.4g}") for figure in (self.median, self.low, self.high)]


def seconds(action: Action) -> float:
    """How long it takes, by the wall clock."""
    begun = time.perf_counter()
    action()
    return time.perf_counter() - begun


def interleaved(actions: Mapping[str, Action], repeats: int, say: Say) -> dict[str, list[float]]:
    """Seconds of each action in each of `repeats` rounds; every other round goes backwards."""
    found: dict[str, list[float]] = {name: [] for name in actions}
    for number in range(repeats):
        for name in list(actions) if number % 2 == 0 else reversed(list(actions)):
            found[name].append(seconds(actions[name]))
            say(f"round {number + 1} of {repeats}: {name} {found[name][-1]:.2f} s")
    return found
