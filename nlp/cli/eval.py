"""`gongkai eval`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

import models
from nlp.cli.eval_options import check_options
from nlp.cli.figures import cell, difference_cell, number, print_json, triple, triples, with_p
from nlp.engines.kind import HELP, EngineKind
from nlp.errors import UsageError
from nlp.extras import needs
from nlp.labels import Category

if TYPE_CHECKING:
    from eval.evaluation import Evaluation
    from training.annotation import AnnotatedReport

HEADLINES = ("boundary", "statement", *map(str, Category), "theme", "theme_on_gold")


def eval(
    data: Annotated[
        list[str] | None,
        typer.Argument(
            help="A split (train, dev, test), or annotated files and directories.", show_default="test"
        ),
    ] = None,
    model: Annotated[
        str, typer.Option(help="A model's name or directory, or the baseline tfidf.")
    ] = models.DEFAULT,
    compare: Annotated[
        str | None, typer.Option(help="A second model: its difference from the first, on the same reports.")
    ] = None,
    format: Annotated[str, typer.Option("--format", "-f", help="table or json.")] = "table",
    slices: Annotated[
        bool, typer.Option("--slices", help="Scores by level, year, form and corpus file too.")
    ] = False,
    errors: Annotated[
        bool, typer.Option("--errors", help="Every statement that was not found as annotated.")
    ] = False,
    robustness: Annotated[
        bool, typer.Option("--robustness", help="The scores when the text's form is damaged, in five ways.")
    ] = False,
    leave_out: Annotated[
        bool,
        typer.Option(
            "--leave-out", help="Train without one family of the corpus, test on it, for each. Takes hours."
        ),
    ] = False,
    cv: Annotated[
        int | None,
        typer.Option(
            min=2, help="Train and test on so many folds of reports. Takes hours.", show_default=False
        ),
    ] = None,
    curve: Annotated[
        bool,
        typer.Option(
            "--curve", help="Train on growing shares of the training split, test on dev. Takes hours."
        ),
    ] = False,
    epochs: Annotated[
        int | None,
        typer.Option(
            min=1, help="Epochs of each training of --leave-out, --cv, --curve.", show_default="the recipe's"
        ),
    ] = None,
    jobs: Annotated[
        int,
        typer.Option(
            min=1,
            help="Folds of --leave-out, --cv, --curve to train at a time, each on its share of the cores.",
        ),
    ] = 1,
    agreement: Annotated[
        bool, typer.Option("--agreement", help="How alike two annotations of the same text are: A and B.")
    ] = False,
    retrieval: Annotated[
        bool,
        typer.Option("--retrieval", help="How well search answers auditors' questions to the demo corpus."),
    ] = False,
    findings: Annotated[
        bool, typer.Option("--findings", help="How right the findings in the demo corpus are, kind by kind.")
    ] = False,
    baselines: Annotated[
        bool,
        typer.Option(
            "--baselines", help="Train other ways to do it, and measure them beside the model. Takes hours."
        ),
    ] = False,
    only: Annotated[
        list[str] | None,
        typer.Option(
            help="Of --baselines: only the system of this name; again for more.", show_default="all"
        ),
    ] = None,
    html: Annotated[
        Path | None,
        typer.Option(help="Write all of it, and every error in its context, as a page to this file."),
    ] = None,
    kept: Annotated[
        Path, typer.Option("--runs", help="Where all that train keep what is done: a stopped one goes on.")
    ] = Path("runs/eval"),
    resamples: Annotated[int, typer.Option(min=100, help="Bootstrap resamples, of reports.")] = 2000,
    seed: Annotated[
        int,
        typer.Option(help="Seed of the bootstrap, of the folds of --cv and --curve, and of --robustness."),
    ] = 0,
    threads: Annotated[
        int | None, typer.Option(min=1, help="Processor cores to use.", show_default="all")
    ] = None,
    engine: Annotated[str, typer.Option(help=f"What runs the models measured and compared. {HELP}.")] = str(
        EngineKind.AUTO
    ),
) -> None:
    """Measure a model on annotated reports (the line format of the corpus), with 95 % intervals over reports.

    Examples:

        gongkai eval

        gongkai eval dev --errors

        gongkai eval my-reports/ --model runs/mine/export --format json

        gongkai eval test --model tfidf --compare default

        gongkai eval dev --robustness

        gongkai eval dev --engine onnxruntime

        gongkai eval --leave-out --compare tfidf

        gongkai eval --cv 5 --jobs 3

        gongkai eval dev --html report.html

        gongkai eval --agreement annotator-a/ annotator-b/

        gongkai eval --retrieval

        gongkai eval --findings --errors

        gongkai eval --baselines --only rules --only tfidf

    With --leave-out, --cv and --curve the model is trained anew, by the default model's recipe (or tfidf): on the
    training and dev splits, never on test; with --compare, the second one too, on the same reports.
    """
    from eval.evaluation import SLICES, evaluate
    from eval.intervals import differences
    from training.annotation import read_split

    if format not in ("table", "json"):
        raise UsageError(f"--format: no format {format!r}; choose from table, json")
    check_options(
        {
            "--leave-out": leave_out,
            "--cv": cv,
            "--curve": curve,
            "--agreement": agreement,
            "--retrieval": retrieval,
            "--findings": findings,
            "--baselines": baselines,
        },
        {
            "--compare": compare,
            "--slices": slices,
            "--errors": errors,
            "--robustness": robustness,
            "--html": html,
            "--engine": engine != EngineKind.AUTO,
            "--epochs": epochs,
            "--jobs": jobs > 1,
            "--only": only,
            "--threads": threads,
        },
        reports_named=bool(data),
    )
    if engine != EngineKind.AUTO and {model, compare or model} == {"tfidf"}:
        raise UsageError("--engine: tfidf runs on none")
    if agreement:
        from nlp.cli.agreement import print_agreement

        print_agreement(data or [], format, errors, resamples, seed)
        return
    if retrieval:
        from nlp.cli.retrieval import print_retrieval

        print_retrieval(model, format, errors, resamples, seed, threads)
        return
    if findings:
        from nlp.cli.eval_findings import print_findings

        print_findings(model, format, errors, resamples, seed, threads)
        return
    if baselines:
        from nlp.cli.eval_baselines import print_baselines

        print_baselines(data or ["test"], model, only or [], kept, format, resamples, seed, threads)
        return
    if leave_out or cv or curve:
        from eval.folds import growing, leave_family_out, stratified
        from nlp.cli.eval_folds import print_folds

        train, dev = read_split("train"), read_split("dev")
        with needs("eval", "training on folds"):
            if leave_out:
                folds = leave_family_out([*train, *dev])
            elif cv:
                if cv > len(train) + len(dev):
                    raise UsageError(f"--cv: {len(train) + len(dev)} reports make no {cv} folds")
                folds = stratified([*train, *dev], cv, seed)
            else:
                folds = growing(train, dev, seed=seed)
            print_folds(folds, model, compare, epochs, kept, format, resamples, seed, jobs)
        return
    kind = EngineKind.of(engine)
    reports = [report for name in data or ["test"] for report in read_split(name)]
    if html:
        from eval.page import check_writable

        check_writable(html)
    system = _system(model, threads, kind)
    first = evaluate(system, reports)
    if html:
        _write_page(html, first, model, data or ["test"], system, resamples, seed)
    result: dict[str, Any] = {"model": model, "data": data or ["test"], **_summary(first, resamples, seed)}
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
    data: list[str],
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
