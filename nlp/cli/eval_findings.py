"""What `gongkai eval --findings` prints."""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING, Any

from nlp.findings.finding import Kind

if TYPE_CHECKING:
    from eval.findings.quality import FindingsEvaluation
    from eval.intervals import Interval

PARTS = {"all": None, "tuned on": False, "held out": True}
"""Which agencies a table is about: all, those that thresholds were set on, those that none were."""
METRICS = ("precision", "recall", "f1")


def print_findings(
    model: str, format: str, errors: bool, resamples: int, seed: int, threads: int | None
) -> None:
    """Find everything in the demo corpus, and print how right that is, as tables or as JSON."""
    from eval.demo import indexed
    from eval.findings.quality import evaluate

    with indexed(model, threads) as database:
        found = evaluate(database)
    scores = {part: found.intervals(held_out, resamples, seed) for part, held_out in PARTS.items()}
    if format == "json":
        print(json.dumps(_as_json(model, found, scores, errors), ensure_ascii=False, indent=2))
    else:
        _print(found, scores, errors)


def _as_json(
    model: str, found: FindingsEvaluation, scores: dict[str, dict[str, Interval]], errors: bool
) -> dict[str, Any]:
    result: dict[str, Any] = {
        "model": model,
        "agencies": len(found.agencies),
        "counts": {part: found.counts(held_out) for part, held_out in PARTS.items()},
        "scores": {
            part: {
                name: [None if math.isnan(x) else round(x, 5) for x in (one.value, one.low, one.high)]
                for name, one in of.items()
            }
            for part, of in scores.items()
        },
    }
    if errors:
        result["errors"] = [
            {"kind": str(kind), "error": error, "evidence": [[text.report, text.text] for text in texts]}
            for kind, error, texts in found.errors()
        ]
    return result


def _print(found: FindingsEvaluation, scores: dict[str, dict[str, Interval]], errors: bool) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    console = Console()
    for part, held_out in PARTS.items():
        counts, among = found.counts(held_out), found.among(held_out)
        table = Table(
            "",
            "annotated",
            "found",
            *(f"{metric.replace('f1', 'F1')} [95 %]" for metric in METRICS),
            title=f"{part}: {int(among.sum())} agencies",
        )
        for kind in Kind:
            annotated, predicted, _ = counts[kind]
            cells = (_cell(scores[part][f"{kind}_{metric}"]) for metric in METRICS)
            table.add_row(f"{kind} {kind.chinese}", str(annotated), str(predicted), *cells)
        console.print(table)
    for kind, error, texts in found.errors() if errors else ():
        console.print(Text(f"{error} {kind}", style="red"))
        for one in texts:
            console.print(Text(f"    {one.report}: {one.text.strip()}"))


def _cell(interval: Interval) -> str:
    return "–" if math.isnan(interval.value) else str(interval)
