"""What `gongkai eval --retrieval` prints."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nlp.cli.demo import PARTS, measure
from nlp.cli.figures import print_json, triples

if TYPE_CHECKING:
    from eval.retrieval.quality import RetrievalEvaluation
    from nlp.cli.demo import Scores


def print_retrieval(
    model: str, format: str, errors: bool, resamples: int, seed: int, threads: int | None
) -> None:
    """Ask the demo corpus all questions every way, and print how well that went, as tables or as JSON."""
    from eval.retrieval.quality import evaluate

    found, scores = measure(evaluate, model, resamples, seed, threads)
    if format == "json":
        print_json(_as_json(model, found, scores, errors))
    else:
        _print(found, scores, errors)


def _as_json(model: str, found: RetrievalEvaluation, scores: Scores, errors: bool) -> dict[str, Any]:
    result: dict[str, Any] = {
        "model": model,
        "questions": len(found.questions),
        "judgments": sum(len(question.relevant) for question in found.questions),
        "scores": {part: triples(of) for part, of in scores.items()},
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


def _print(found: RetrievalEvaluation, scores: Scores, errors: bool) -> None:
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
