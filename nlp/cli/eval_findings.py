"""What `gongkai eval --findings` prints."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nlp.cli.demo import PARTS, measure
from nlp.cli.figures import interval_cell, print_json, triples
from nlp.findings.finding import Kind

if TYPE_CHECKING:
    from eval.findings.quality import FindingsEvaluation
    from nlp.cli.demo import Scores

METRICS = ("precision", "recall", "f1")


def print_findings(
    model: str, format: str, errors: bool, resamples: int, seed: int, threads: int | None
) -> None:
    """Find everything in the demo corpus, and print how right that is, as tables or as JSON."""
    from eval.findings.quality import evaluate

    found, scores = measure(evaluate, model, resamples, seed, threads)
    if format == "json":
        print_json(_as_json(model, found, scores, errors))
    else:
        _print(found, scores, errors)


def _as_json(model: str, found: FindingsEvaluation, scores: Scores, errors: bool) -> dict[str, Any]:
    result: dict[str, Any] = {
        "model": model,
        "agencies": len(found.agencies),
        "counts": {part: found.counts(held_out) for part, held_out in PARTS.items()},
        "scores": {part: triples(of) for part, of in scores.items()},
    }
    if errors:
        result["errors"] = [
            {"kind": str(kind), "error": error, "evidence": [[text.report, text.text] for text in texts]}
            for kind, error, texts in found.errors()
        ]
    return result


def _print(found: FindingsEvaluation, scores: Scores, errors: bool) -> None:
    from rich.console import Console
    from rich.table import Column, Table
    from rich.text import Text

    console = Console()
    for part, held_out in PARTS.items():
        counts, among = found.counts(held_out), found.among(held_out)
        table = Table(
            Column("", overflow="fold"),  # Chinese has no blanks to break at
            "annotated",
            "found",
            *(f"{metric.replace('f1', 'F1')} [95 %]" for metric in METRICS),
            title=f"{part}: {int(among.sum())} agencies",
        )
        for kind in Kind:
            annotated, predicted, _ = counts[kind]
            cells = (interval_cell(scores[part][f"{kind}_{metric}"]) for metric in METRICS)
            table.add_row(f"{kind} {kind.chinese}", str(annotated), str(predicted), *cells)
        console.print(table)
    for kind, error, texts in found.errors() if errors else ():
        console.print(Text(f"{error} {kind}", style="red"))
        for one in texts:
            console.print(Text(f"    {one.report}: {one.text.strip()}"))
