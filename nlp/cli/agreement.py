"""What `gongkai eval --agreement` prints."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from nlp.cli.figures import interval_cell, print_json, triples
from nlp.errors import UsageError
from nlp.labels import Category, Theme

if TYPE_CHECKING:
    from eval.agreement import Agreement
    from eval.evaluation import Mistake
    from eval.intervals import Interval

NAMED = 10
"""So many reports that only one of the two has are named in a table."""
HEADLINES = {
    "boundary_similarity": "boundary similarity",
    "span_f1": "span F1",
    "statement_f1": "statement F1 (span and category)",
    "character_kappa": "category, by character: kappa",
    "character_agreement": "category, by character: same",
    "statement_kappa": "category, of shared statements: kappa",
    "statement_agreement": "category, of shared statements: same",
    "theme_kappa": "themes, of shared problems and improvements: kappa",
    "theme_f1": "themes, of shared problems and improvements: F1",
}


def print_agreement(data: Sequence[str], format: str, disagreements: bool, resamples: int, seed: int) -> None:
    """Measure how alike two annotations are, and print it as a table or as JSON.

    Raises UsageError unless there are two, AnnotationError if they cannot be compared.
    """
    from eval.agreement import agree
    from training.annotation import read_split

    if len(data) != 2:
        raise UsageError("--agreement: name two annotations of the same text (files or directories)")
    found = agree(*(read_split(name) for name in data))
    scores = found.intervals(resamples, seed)
    if format == "json":
        print_json(_as_json(data, found, scores, disagreements))
    else:
        _print(data, found, scores, disagreements)


def _as_json(
    data: Sequence[str], found: Agreement, scores: dict[str, Interval], disagreements: bool
) -> dict[str, Any]:
    result: dict[str, Any] = {
        "annotations": list(data),
        "reports": len(found.a),
        "statements": [_statements(found.a), _statements(found.b)],
        "only_in_one": [list(found.only_a), list(found.only_b)],
        "scores": triples(scores),
        "confusion": found.confusion().tolist(),
    }
    if disagreements:
        result["disagreements"] = [
            {
                "report": mistake.annotated.id,
                "where": _where(mistake),
                "kind": str(mistake.kind),
                "a": [str(mistake.gold.category), sorted(mistake.gold.themes), mistake.gold.text],
                "b": [[str(s.category), sorted(s.themes), s.text] for s in mistake.predicted],
            }
            for mistake in found.disagreements()
        ]
    return result


def _print(data: Sequence[str], found: Agreement, scores: dict[str, Interval], disagreements: bool) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    console = Console()
    console.print(f"A {data[0]}, B {data[1]}: {len(found.a)} reports, "
                  f"{_statements(found.a)} and {_statements(found.b)} statements")  # fmt: skip
    for name, missing in (("A", found.only_a), ("B", found.only_b)):
        if missing:
            console.print(f"only in {name}, left out: {_some(missing)}")
    table = Table("", "agreement [95 %]")
    for name, label in HEADLINES.items():
        table.add_row(label, interval_cell(scores[name]))
    console.print(table)
    for title, members in (("category", list(Category)), ("theme", list(Theme))):
        table = Table(title, "kappa [95 %]", "F1 [95 %]", title=f"by {title}")
        for member in members:
            cells = (interval_cell(scores[f"{member}_{part}"]) for part in ("kappa", "f1"))
            table.add_row(f"{member} {member.chinese}", *cells)
        console.print(table)
    confusion = Table("A ↓  B →", *(c.chinese for c in Category), title="statements that both have")
    for category, row in zip(Category, found.confusion().tolist(), strict=True):
        confusion.add_row(f"{category.chinese} {category}", *map(str, row))
    console.print(confusion)
    for mistake in found.disagreements() if disagreements else ():
        console.print(
            Text(f"{_where(mistake)} {mistake.kind}\n  A {_labels(mistake.gold)}: {mistake.gold.text}")
        )
        for statement in mistake.predicted:
            console.print(Text(f"  B {_labels(statement)}: {statement.text}", style="red"))


def _labels(statement: Any) -> str:
    return " ".join((str(statement.category), *map(str, statement.themes)))


def _where(mistake: Mistake) -> str:
    return f"{mistake.annotated.file}.txt:{mistake.line}"


def _some(ids: Sequence[str]) -> str:
    """All of a few; of many the first ones, and how many there are (JSON has them all)."""
    more = len(ids) - NAMED
    return ", ".join(ids) if more <= 0 else f"{', '.join(ids[:NAMED])} and {more} more"


def _statements(reports: Any) -> int:
    return sum(len(list(annotated.report.statements())) for annotated in reports)
