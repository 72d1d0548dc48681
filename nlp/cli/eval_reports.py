"""What `gongkai eval` prints of a model on annotated reports."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nlp.cli.figures import cell, difference_cell, number, print_json, triple, triples, with_p
from nlp.engines.kind import EngineKind
from nlp.extras import needs
from nlp.labels import Category

if TYPE_CHECKING:
    from eval.evaluation import Evaluation
    from training.annotation import AnnotatedReport

HEADLINES = ("boundary", "statement", *map(str, Category), "theme", "theme_on_gold")


def print_reports(
    data: Sequence[str],
    model: str,
    compare: str | None,
    format: str,
    slices: bool,
    errors: bool,
    robustness: bool,
    html: Path | None,
    resamples: int,
    seed: int,
    threads: int | None,
    kind: EngineKind,
) -> None:
    """Measure a model on splits, files or directories, and print its scores, and what else is asked for.

    Raises what reading them and loading the model raise; UsageError where the page `html` cannot be written.
    """
    from eval.evaluation import SLICES, evaluate
    from eval.intervals import differences
    from training.annotation import read_split

    reports = [report for name in data for report in read_split(name)]
    if html:
        from eval.page import check_writable

        check_writable(html)
    system = _system(model, threads, kind)
    first = evaluate(system, reports)
    if html:
        _write_page(html, first, model, data, system, resamples, seed)
    result: dict[str, Any] = {"model": model, "data": data, **_summary(first, resamples, seed)}
    if slices:
        result["slices"] = {
            name: {group: triples(scores) for group, scores in first.slices(by, resamples, seed).items()}
            for name, by in SLICES.items()
        }
    if errors:
        result["errors"] = _errors(first)
    if robustness:
        result["robustness"] = _robustness(model, threads, kind, first, reports, resamples, seed)
    if compare:
        second = evaluate(_system(compare, threads, kind), reports)
        found = differences(first.tallies, second.tallies, resamples, seed)
        result["compare"] = {
            "model": compare,
            "differences": with_p(found),
            "differing": _differing(first, second),
        }
    if format == "json":
        print_json(result)
    else:
        _print(result)


def _write_page(
    path: Path,
    evaluation: Evaluation,
    model: str,
    data: Sequence[str],
    system: Any,
    resamples: int,
    seed: int,
) -> None:
    from eval.page import About, write_page
    from nlp.tagger import Tagger

    temperature = system.settings.temperature if isinstance(system, Tagger) else None
    write_page(path, evaluation, About(model, ", ".join(data), temperature, resamples, seed))


def _robustness(
    model: str,
    threads: int | None,
    kind: EngineKind,
    plain: Evaluation,
    reports: list[AnnotatedReport],
    resamples: int,
    seed: int,
) -> dict[str, list[float | None]]:
    """Statement F1 after each change, and its difference from that on the plain text, with its interval."""
    from eval.evaluation import evaluate
    from eval.intervals import differences
    from eval.robustness import CHANGES, changed

    system = _system(model, threads, kind)
    found = {}
    for name, change in CHANGES.items():
        damaged = evaluate(system, changed(reports, change, seed))
        difference = differences(plain.tallies, damaged.tallies, resamples, seed)["statement_f1"].interval
        found[name] = [number(damaged.total.scores()["statement_f1"]), *triple(difference)]
    return found


def _system(name: str, threads: int | None, kind: EngineKind) -> Any:
    """The tagger of that name, or the baseline, fitted on the training split."""
    if name == "tfidf":
        from eval.baselines import TfidfBaseline
        from training.annotation import read_split

        with needs("eval", "the baseline tfidf"):
            return TfidfBaseline().fit(read_split("train"))
    from nlp.tagger import Tagger

    return Tagger.load(name, threads=threads, engine=kind)


def _summary(evaluation: Evaluation, resamples: int, seed: int) -> dict[str, Any]:
    counts = evaluation.total
    calibration = evaluation.reliability()
    return {
        "reports": len(evaluation.gold),
        "statements": sum(len(list(annotated.report.statements())) for annotated in evaluation.gold),
        "scores": triples(evaluation.intervals(resamples, seed)),
        "confusion": counts.confusion().tolist(),
        "character_confusion": counts.character_confusion().tolist(),
        "calibration": {
            "ece": number(calibration.ece),
            "confidence": calibration.confidence.tolist(),
            "accuracy": calibration.accuracy.tolist(),
            "size": calibration.size.tolist(),
        },
    }


def _errors(evaluation: Evaluation) -> list[dict[str, Any]]:
    return [
        {
            "report": mistake.annotated.id,
            "where": f"{mistake.annotated.file}.txt:{mistake.line}",
            "section": str(mistake.section.kind),
            "gold": [str(mistake.gold.category), mistake.gold.text],
            "predicted": [
                [str(s.category), round(s.confidence[s.category], 2), s.text] for s in mistake.predicted
            ],
        }
        for mistake in evaluation.errors()
    ]


def _differing(first: Evaluation, second: Evaluation) -> list[dict[str, Any]]:
    """Gold statements that one of two systems found and the other did not."""

    def missed(evaluation: Evaluation) -> dict[tuple[str, int], tuple[AnnotatedReport, str]]:
        return {(m.annotated.id, m.line): (m.annotated, m.gold.text) for m in evaluation.errors()}

    a, b = missed(first), missed(second)
    return [
        {"report": key[0], "where": f"{found[0].file}.txt:{key[1]}", "found_by": by, "text": found[1]}
        for by, mine, other in (("first", b, a), ("second", a, b))
        for key, found in mine.items()
        if key not in other
    ]


def _print(result: dict[str, Any]) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    console = Console()
    console.print(f"{result['model']} on {', '.join(result['data'])}: {result['reports']} reports, "
                  f"{result['statements']} statements")  # fmt: skip
    scores = result["scores"]
    table = Table("", "precision", "recall", "F1 [95 %]")
    for name in HEADLINES:
        label = f"{name} {Category(name).chinese}" if name in list(Category) else name.replace("_", " ")
        table.add_row(
            label, *(cell(scores[f"{name}_{part}"], part == "f1") for part in ("precision", "recall", "f1"))
        )
    console.print(table)
    for name in ("statement_macro_f1", "category_accuracy", "character_accuracy"):
        console.print(f"{name.replace('_', ' ')}: {cell(scores[name], True)}", highlight=False)
    console.print(
        f"calibration error (ECE): {cell([result['calibration']['ece']] * 3, False)}", highlight=False
    )
    confusion = Table(
        "gold ↓  predicted →", *(c.chinese for c in Category), title="statements, on gold boundaries"
    )
    for category, row in zip(Category, result["confusion"], strict=True):
        confusion.add_row(f"{category.chinese} {category}", *map(str, row))
    console.print(confusion)
    for name, groups in result.get("slices", {}).items():
        table = Table(name, "boundary F1", "statement F1", "problem F1", title=f"by {name}")
        for group, values in groups.items():
            cells = (cell(values[metric], True) for metric in ("boundary_f1", "statement_f1", "problem_f1"))
            table.add_row(group, *cells)
        console.print(table)
    if "robustness" in result:
        table = Table("the text's form", "statement F1", "difference [95 %]", title="robustness")
        for name, (value, delta, low, high) in result["robustness"].items():
            table.add_row(name, cell([value] * 3, False), difference_cell([delta, low, high]))
        console.print(table)
    for error in result.get("errors", ()):
        console.print(Text(f"{error['where']} {error['gold'][0]}: {error['gold'][1]}"))
        for category, confidence, text in error["predicted"]:
            console.print(Text(f"    {category} {confidence:.2f}: {text}", style="red"))
    if "compare" in result:
        table = Table(
            "metric", "difference [95 %]", "p", title=f"{result['compare']['model']} − {result['model']}"
        )
        for name, figure in result["compare"]["differences"].items():
            if name.endswith(("_f1", "accuracy")) and figure[0] is not None:
                table.add_row(name, difference_cell(figure), cell([figure[3]] * 3, False))
        console.print(table)
        for row in result["compare"]["differing"]:
            console.print(Text(f"found by the {row['found_by']} only: {row['where']} {row['text']}"))
