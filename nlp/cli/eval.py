"""`gongkai eval`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

import models
from nlp.cli.eval_options import check_options
from nlp.cli.eval_reports import print_reports
from nlp.engines.kind import HELP, EngineKind
from nlp.errors import UsageError
from nlp.extras import needs


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
        from training.annotation import read_split

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
    print_reports(
        data or ["test"],
        model,
        compare,
        format,
        slices,
        errors,
        robustness,
        html,
        resamples,
        seed,
        threads,
        EngineKind.of(engine),
    )
