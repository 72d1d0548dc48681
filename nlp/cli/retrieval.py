"""What `gongkai eval --retrieval` prints."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from eval.intervals import Interval
    from eval.retrieval.quality import RetrievalEvaluation

PARTS = {"all": None, "tuned on": False, "held out": True}
"""Which questions a table is about: all, those that choices were made on, those that none were."""


def print_retrieval(
    model: str, format: str, errors: bool, resamples: int, seed: int, threads: int | None
) -> None:
    """Ask the demo corpus all questions every way, and print how well that went, as tables or as JSON."""
    from eval.demo import indexed
    from eval.retrieval.quality import evaluate

    with indexed(model, threads) as database:
        found = evaluate(database)
    scores = {part: found.intervals(held_out, resamples, seed) for part, held_out in PARTS.items()}
    if format == "json":
        print(json.dumps(_as_json(model, found, scores, errors), ensure_ascii=False, indent=2))
    else:
        _print(found, scores, errors)


def _as_json(
    model: str, found: RetrievalEvaluation, scores: dict[str, dict[str, Interval]], errors: bool
) -> dict[str, Any]:
    result: dict[str, Any] = {
        "model": model,
        "questions": len(found.questions),
        "judgments": sum(len(question.relevant) for question in found.questions),
        "scores": {
            part: {name: [round(x, 5) for x in (one.value, one.low, one.high)] for name, one in of.items()}
            for part, of in scores.items()
        },
    }
    if errors:
        result["errors"] = [
            {
                "id": question.id,
                "query": question.query,
                "missed": [[one.grade, one.report, one.text] for one in lacking],
                "not_relevant": [[one.report, one.text] for one in wrong],
            }
            for question, lacking, wrong in found.missed()
        ]
    return result


def _print(found: RetrievalEvaluation, scores: dict[str, dict[str, Interval]], errors: bool) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    from eval.retrieval.quality import BEST, DEPTH

    console = Console()
    for part, held_out in PARTS.items():
        asked = [q for q in found.questions if held_out in (None, q.held_out)]
        table = Table(
            "",
            *(f"{name}@{DEPTH} [95 %]" for name in ("recall", "nDCG")),
            *(f"{BEST} − it: {name}" for name in ("recall", "nDCG")),
            title=f"{part}: {len(asked)} questions, {sum(len(q.relevant) for q in asked)} judgments",
        )
        of = scores[part]
        for name in found.rankings:
            differences = [of.get(f"{BEST}-{name}_{metric}") for metric in ("recall", "ndcg")]
            table.add_row(
                name.replace("_", " "),
                str(of[f"{name}_recall"]),
                str(of[f"{name}_ndcg"]),
                *("" if d is None else f"{d.value:+.3f} [{d.low:+.3f}, {d.high:+.3f}]" for d in differences),
            )
        console.print(table)
    for question, lacking, wrong in found.missed() if errors else ():
        console.print(Text(f"{question.id} {question.query}"))
        for judged in lacking:
            console.print(Text(f"    missed ({judged.grade}) {judged.report}: {judged.text}", style="red"))
        for one in wrong:
            console.print(Text(f"    not relevant {one.report}: {one.text.strip()}", style="dim"))
