"""Comparison: every system on the same reports in turn, beside the plain pipeline and beside the machine's limit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from eval.speed.operations import EncoderSize
from eval.speed.rates import Fastest, products
from eval.speed.repetition import Action, Say, Spread, interleaved
from eval.speed.systems import PLAIN, PRODUCT, SYSTEMS, Bench, Missing, Run, System, ready
from eval.speed.workload import batches, characters, rows
from nlp.errors import GongkaiError
from nlp.report import Report

_RATES = "matrix products"


@dataclass(frozen=True, slots=True)
class Limit:
    """The time that the encoder's operations on the reports take where nothing but matrix products is computed.

    `rates` are in operations a second, of every type that the machine has; the fastest counts.
    """

    operations: int
    rates: dict[str, float]

    @property
    def type(self) -> str:
        """The fastest type."""
        return max(self.rates, key=lambda name: self.rates[name])

    @property
    def seconds(self) -> float:
        """The least time."""
        return self.operations / self.rates[self.type]


@dataclass(frozen=True, slots=True)
class Comparison:
    """Seconds of each system on `reports` reports of `characters` characters, in each round, or why it is missing.

    `unlimited` are those without an encoder, which the limit does not concern.
    """

    reports: int
    characters: int
    seconds: dict[str, list[float] | Missing]
    limit: Limit | Missing
    unlimited: frozenset[str] = frozenset()

    def reports_per_second(self, name: str) -> Spread | None:
        """Of one system; None where it is missing, here and below."""
        return self._per(name, self.reports)

    def characters_per_second(self, name: str) -> Spread | None:
        """Of one system."""
        return self._per(name, self.characters)

    def ratio_to_plain(self, name: str) -> Spread | None:
        """How many times as fast as the plain pipeline, by rounds."""
        own, plain = self.seconds[name], self.seconds.get(PLAIN)
        if not isinstance(own, list) or not isinstance(plain, list):
            return None
        return Spread.of([b / a for a, b in zip(own, plain, strict=True)])

    def fraction_of_limit(self, name: str) -> Spread | None:
        """The least time by the time that was taken."""
        if isinstance(self.limit, Missing) or name in self.unlimited:
            return None
        return self._per(name, self.limit.seconds)

    def _per(self, name: str, amount: float) -> Spread | None:
        own = self.seconds[name]
        return None if isinstance(own, Missing) else Spread.of([amount / one for one in own])

    def row(self, name: str) -> dict[str, Any]:
        """The figures of one system as a JSON object: median, lowest, highest; or why there are none."""
        own = self.seconds[name]
        if isinstance(own, Missing):
            return {"missing": own.reason}
        figures = {
            "characters_per_second": self.characters_per_second(name),
            "reports_per_second": self.reports_per_second(name),
            "ratio_to_plain_pipeline": self.ratio_to_plain(name),
            "fraction_of_limit": self.fraction_of_limit(name),
        }
        return {key: spread.to_json() if spread else None for key, spread in figures.items()}

    def limit_row(self) -> dict[str, Any]:
        """The limit as a JSON object."""
        if isinstance(self.limit, Missing):
            return {"missing": self.limit.reason}
        return {
            "operations": self.limit.operations,
            "operations_per_character": round(self.limit.operations / self.characters),
            "operations_per_second": {name: round(rate) for name, rate in self.limit.rates.items()},
            "type": self.limit.type,
            "characters_per_second": round(self.characters / self.limit.seconds),
            "reports_per_second": round(self.reports / self.limit.seconds, 2),
        }


def compare(
    bench: Bench, work: Sequence[Report], repeats: int, say: Say, systems: Sequence[System] = SYSTEMS
) -> Comparison:
    """Make the systems, warm them up, and time each of them and the matrix products in `repeats` rounds."""
    runs: dict[str, Run] = {}
    missing: dict[str, Missing] = {}
    for system in systems:
        say(f"making ready: {system.name}")
        made = ready(system, bench)
        if isinstance(made, Missing):
            missing[system.name] = made
        else:
            made(work[:2])
            runs[system.name] = made
    fastest = _fastest(bench)
    actions: dict[str, Action] = {name: partial(run, work) for name, run in runs.items()}
    if isinstance(fastest, Fastest):
        actions[_RATES] = fastest.measure
    seconds = interleaved(actions, repeats, say)
    return Comparison(
        len(work),
        characters(work),
        {system.name: missing.get(system.name) or seconds[system.name] for system in systems},
        _limit(bench, work, fastest),
        frozenset(system.name for system in systems if not system.encoder),
    )


def only(*names: str) -> tuple[System, ...]:
    """The systems of these names."""
    return tuple(system for system in SYSTEMS if system.name in names)


BOTH = only(PRODUCT, PLAIN)


def _fastest(bench: Bench) -> Fastest | Missing:
    try:
        return Fastest(products(EncoderSize.of(bench.model), bench.threads))
    except ImportError as fault:
        return Missing(f"needs the extra `train`: pip install 'gongkai[train]' ({fault})")
    except GongkaiError as fault:
        return Missing(str(fault))


def _limit(bench: Bench, work: Sequence[Report], fastest: Fastest | Missing) -> Limit | Missing:
    if isinstance(fastest, Missing):
        return fastest
    lengths = rows(batches(bench.tagger, work)).lengths
    return Limit(EncoderSize.of(bench.model).operations(lengths), fastest.rates)
