"""Findings quality: precision and recall of each kind on the demo corpus, against findings annotated by reading it.

Two problems are the same if a reader of the later one would say that the earlier one was not solved. An improvement
meets a problem if carrying it out would make that very problem smaller. Of shared wording each statement counts.
What can be seen either way is marked optional, and counts neither for nor against.

Agencies are the units: the findings of one are alike. Thresholds may be set on every other agency (by name); the rest
are held out.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from eval import demo
from eval.intervals import RESAMPLES, Interval, bootstrap
from eval.metrics import Counts, ratio
from nlp.findings import Finding, Kind, find
from nlp.index import Database

GOLD = Path(__file__).with_name("gold.json")
_COUNTS = 3
"""Of each kind: gold, found, right."""


@dataclass(frozen=True, slots=True)
class Text:
    """A statement, by its report (the file's stem) and by text that it holds."""

    report: str
    text: str

    def is_in(self, other: Text) -> bool:
        """Whether `other` is a statement that holds this text."""
        return self.report == other.report and self.text in other.text


@dataclass(frozen=True, slots=True)
class Annotated:
    """A true finding: for each text that shows it, the statements any of which will do."""

    kind: Kind
    evidence: tuple[tuple[Text, ...], ...]
    optional: bool = False

    @property
    def agency(self) -> str:
        """Whose finding it is."""
        return agency_of(self.evidence[-1][0].report)

    def is_shown_by(self, evidence: Sequence[Text]) -> bool:
        """Whether a finding with that evidence is this one."""
        return len(evidence) == len(self.evidence) and all(
            any(gold.is_in(text) for gold in either)
            for either, text in zip(self.evidence, evidence, strict=True)
        )


@dataclass(frozen=True, slots=True)
class Predicted:
    """What was found, as it is compared."""

    kind: Kind
    evidence: tuple[Text, ...]

    @property
    def agency(self) -> str:
        """Whose finding it is."""
        return agency_of(self.evidence[-1].report)


@dataclass(frozen=True, slots=True)
class FindingsEvaluation:
    """Findings of an index of the demo corpus beside those annotated."""

    gold: tuple[Annotated, ...]
    found: tuple[Predicted, ...]
    agencies: tuple[str, ...]

    def matches(self) -> tuple[dict[int, int], set[int]]:
        """Which annotated finding each right one is, by their places, and which found ones are only optional."""
        right: dict[int, int] = {}
        optional = set()
        for i, one in enumerate(self.found):
            like = [
                j
                for j, gold in enumerate(self.gold)
                if gold.kind is one.kind and j not in right.values() and gold.is_shown_by(one.evidence)
            ]
            if like and self.gold[like[0]].optional:
                optional.add(i)
            elif like:
                right[i] = like[0]
        return right, optional

    def rows(self) -> Counts:
        """Counts of each agency (agencies, kinds * 3): annotated, found, right."""
        right, optional = self.matches()
        rows = np.zeros((len(self.agencies), len(Kind), _COUNTS))
        at = {agency: i for i, agency in enumerate(self.agencies)}
        kinds = list(Kind)
        for gold in self.gold:
            rows[at[gold.agency], kinds.index(gold.kind), 0] += not gold.optional
        for i, one in enumerate(self.found):
            rows[at[one.agency], kinds.index(one.kind), 1] += i not in optional
            rows[at[one.agency], kinds.index(one.kind), 2] += i in right
        return rows.reshape(len(rows), -1)

    def intervals(
        self, held_out: bool | None = None, resamples: int = RESAMPLES, seed: int = 0
    ) -> dict[str, Interval]:
        """Precision, recall and F1 of each kind, over all agencies, or over those held out or not."""
        return bootstrap(self.rows()[self.among(held_out)], scores_of, resamples, seed)

    def counts(self, held_out: bool | None = None) -> dict[Kind, tuple[int, int, int]]:
        """Of each kind how many are annotated, found, and both; without what is optional."""
        sums = self.rows()[self.among(held_out)].sum(axis=0).reshape(len(Kind), _COUNTS).astype(int)
        return {kind: (int(row[0]), int(row[1]), int(row[2])) for kind, row in zip(Kind, sums, strict=True)}

    def among(self, held_out: bool | None) -> npt.NDArray[np.bool_]:
        """Which agencies are asked about (agencies,): all, or those held out or not."""
        return np.array([held_out in (None, is_held_out(i)) for i in range(len(self.agencies))])

    def errors(self) -> Iterator[tuple[Kind, str, tuple[Text, ...]]]:
        """(Kind, `missed` or `wrong`, texts) of everything annotated that was not found, and the reverse."""
        right, optional = self.matches()
        missed = [gold for j, gold in enumerate(self.gold) if j not in right.values() and not gold.optional]
        wrong = [one for i, one in enumerate(self.found) if i not in right and i not in optional]
        for kind in Kind:
            for one in (one for one in missed if one.kind is kind):
                yield kind, "missed", tuple(either[0] for either in one.evidence)
            for other in (other for other in wrong if other.kind is kind):
                yield kind, "wrong", other.evidence


def agency_of(report: str) -> str:
    """The agency in the stem of a report's file, `<agency>-<year>`."""
    return report.rpartition("-")[0]


def is_held_out(number: int) -> bool:
    """Whether nothing may be tuned on the agency of that place in the order of names."""
    return number % 2 == 1


def scores_of(counts: Counts) -> dict[str, Counts]:
    """Precision, recall and F1 of each kind from counts (..., kinds * 3), each (...); of nothing they are NaN."""
    by_kind = counts.reshape(*counts.shape[:-1], len(Kind), _COUNTS)
    found = {}
    for i, kind in enumerate(Kind):
        gold, predicted, right = np.moveaxis(by_kind[..., i, :], -1, 0)
        found[f"{kind}_precision"] = ratio(right, predicted)
        found[f"{kind}_recall"] = ratio(right, gold)
        found[f"{kind}_f1"] = ratio(2 * right, gold + predicted)
    return found


def read_gold(path: Path = GOLD) -> list[Annotated]:
    """The annotated findings of a file."""
    data = json.loads(path.read_text(encoding="utf-8"))
    return [
        Annotated(
            Kind(one["kind"]),
            tuple(tuple(Text(**text) for text in either) for either in one["evidence"]),
            one.get("optional", False),
        )
        for one in data["findings"]
    ]


def predicted(findings: Iterable[Finding]) -> Iterator[Predicted]:
    """Findings as they are compared: shared wording a statement each, the others whole."""
    for finding in findings:
        evidence = tuple(Text(Path(e.source).stem, e.text) for e in finding.evidence)
        if finding.kind is Kind.BOILERPLATE:
            yield from (Predicted(finding.kind, (text,)) for text in evidence)
        else:
            yield Predicted(finding.kind, evidence)


def evaluate(database: Database, gold: Sequence[Annotated] | None = None) -> FindingsEvaluation:
    """All findings of an index of the demo corpus, beside the annotated ones."""
    found = tuple(one for kind in Kind for one in predicted(find(database, kind)))
    agencies = tuple(sorted({agency_of(stem) for stem in demo.texts()}))
    return FindingsEvaluation(tuple(gold or read_gold()), found, agencies)
