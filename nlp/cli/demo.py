"""What `gongkai eval --retrieval` and `--findings` share: both measure on an index of the demo corpus, part by part."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol, TypeAlias, TypeVar

if TYPE_CHECKING:
    from eval.intervals import Interval
    from nlp.index import Database

PARTS = {"all": None, "tuned on": False, "held out": True}
"""What a table is about: all questions or agencies, those that choices were made on, those that none were."""

Scores: TypeAlias = "dict[str, dict[str, Interval]]"
"""Of each part, every score by its name."""


class Evaluation(Protocol):
    """What was measured, with scores of those that are held out, of those that are not, or of all."""

    def intervals(
        self, held_out: bool | None = None, resamples: int = ..., seed: int = ...
    ) -> dict[str, Interval]:
        """Every score by its name."""


Measured = TypeVar("Measured", bound=Evaluation)


def measure(
    evaluate: Callable[[Database], Measured], model: str, resamples: int, seed: int, threads: int | None
) -> tuple[Measured, Scores]:
    """What `evaluate` makes of the demo corpus as `model` tags it, with the scores of its parts."""
    from eval.demo import indexed

    with indexed(model, threads) as database:
        found = evaluate(database)
    return found, {part: found.intervals(held_out, resamples, seed) for part, held_out in PARTS.items()}
