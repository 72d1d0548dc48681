"""`gongkai train`."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

import models
from nlp.errors import UsageError
from nlp.extras import needs

LAYERS = 4
"""Of a model that --distill-from makes, by default."""


def train(
    corpus: Annotated[
        Path | None,
        typer.Argument(
            help="A directory with train/, dev/ and, if you have one, test/, each of annotated .txt files.",
            show_default="the corpus that comes with gongkai",
        ),
    ] = None,
    output: Annotated[
        Path,
        typer.Option("--output", "-o", help="Directory of the run: checkpoints, and the model in export/."),
    ] = Path("runs/model"),
    base: Annotated[
        str | None,
        typer.Option(
            help="The encoder to start from: builtin, a directory, or a model-hub name of a BERT.",
            show_default="builtin",
        ),
    ] = None,
    start: Annotated[
        str | None,
        typer.Option(
            "--from",
            help="Go on from this model: a shipped one's name, a model's directory, or an earlier run's.",
            show_default=False,
        ),
    ] = None,
    data: Annotated[
        Path | None,
        typer.Option(
            help="With --from: learn from these annotated reports (file or directory), among some of the corpus, so "
            "that nothing is forgotten.",
            show_default=False,
        ),
    ] = None,
    distill_from: Annotated[
        str | None,
        typer.Option(
            help="Train a smaller model that learns from this one (named as for --from). With --from, that is the "
            "smaller model, which learns further.",
            show_default=False,
        ),
    ] = None,
    layers: Annotated[
        int | None,
        typer.Option(
            min=2, help="Layers of the smaller model, where it is a new one.", show_default=str(LAYERS)
        ),
    ] = None,
    epochs: Annotated[
        int | None, typer.Option(min=1, help="Readings of the corpus.", show_default="the recipe's")
    ] = None,
    batch: Annotated[
        int | None, typer.Option(min=1, help="Sections a step.", show_default="the recipe's")
    ] = None,
    rate: Annotated[
        float | None,
        typer.Option(help="Peak learning rate of the encoder.", show_default="the recipe's"),
    ] = None,
    patience: Annotated[
        int | None,
        typer.Option(min=1, help="Epochs without gain on dev before stopping.", show_default="the recipe's"),
    ] = None,
    seed: Annotated[
        int | None, typer.Option(help="Seed of everything that is drawn.", show_default="1")
    ] = None,
    name: Annotated[
        str | None, typer.Option(help="The model's name, written into what it tags.", show_default="model")
    ] = None,
    model_version: Annotated[
        str | None, typer.Option("--model-version", help="The model's version.", show_default="1")
    ] = None,
    resume: Annotated[
        bool,
        typer.Option(
            "--resume", help="Go on from the run's last checkpoint, with all that the run was begun with."
        ),
    ] = False,
) -> None:
    """Fine-tune a model: annotated reports in, a directory out that `gongkai tag --model` takes.

    Needs the extra `train` (pip install 'gongkai[train]'). The scores on dev are shown after every epoch; the exported
    model (ONNX, 8-bit), its scores with intervals and its card stand in export/ at the end.

    Examples:

        gongkai train -o runs/mine

        gongkai train my-corpus/ -o runs/mine --epochs 3 --name mine

        gongkai train -o runs/macbert --base hfl/chinese-macbert-base

        gongkai train -o runs/mine --resume

        gongkai train -o runs/longer --from runs/mine --epochs 3 --rate 1e-4

        gongkai train -o runs/ours --from default --data ours.txt --epochs 3 --rate 5e-5

        gongkai train -o runs/fast --distill-from default --layers 4 --name fast

        gongkai train -o runs/faster --from fast --distill-from default --epochs 3 --name fast
    """
    with needs("train", "training"):
        import torch  # noqa: F401
        import transformers  # noqa: F401
    from training.annotation import CORPUS, read_corpus, read_split
    from training.plan import Plan
    from training.recipe import Recipe
    from training.replay import with_replay
    from training.restoring import is_finished
    from training.run import export, train_model

    if not resume and (is_finished(output) or any(output.glob("checkpoint-*"))):
        raise UsageError(
            f"{output}: holds a run already: give --resume to go on with it, or another --output"
        )
    told = {
        "CORPUS": _place(corpus),
        "--base": base,
        "--from": _model(start),
        "--data": _place(data),
        "--distill-from": _model(distill_from),
        "--layers": layers,
        "--epochs": epochs,
        "--batch": batch,
        "--rate": rate,
        "--patience": patience,
        "--seed": seed,
        "--name": name,
        "--model-version": model_version,
    }
    begun = Plan.load(output) if resume else None
    if begun:
        _check_same(told, begun.options())
        plan = begun
    else:
        if data and not start:
            raise UsageError("--data: goes with --from; to train on a corpus of your own, name its directory")
        if layers and not distill_from:
            raise UsageError("--layers: goes with --distill-from; other models have the layers of --base")
        if rate is not None and not rate > 0:
            raise UsageError(f"--rate: must be above 0, not {rate:g}")
        usual = Recipe()
        peak = usual.encoder_rate if rate is None else rate
        recipe = replace(
            usual,
            base=base or usual.base,
            layers=(layers or LAYERS) if distill_from else None,
            epochs=epochs or usual.epochs,
            batch=batch or usual.batch,
            encoder_rate=peak,
            head_rate=usual.head_rate * peak / usual.encoder_rate,
            patience=patience or usual.patience,
            seed=usual.seed if seed is None else seed,
        )
        plan = Plan(
            corpus=_place(corpus) or str(CORPUS.resolve()),
            recipe=recipe,
            start=_model(start),
            data=_place(data),
            teacher=_model(distill_from),
            name=name or "model",
            version=model_version or "1",
        )
    home = Path(plan.corpus)
    for split in ("train", "dev"):
        if not (home / split).is_dir():
            raise UsageError(f"{home}: no directory {split}/ in it")
    splits = read_corpus(home)
    reports = splits["train"]
    new = read_split(plan.data) if plan.data else []
    if new:
        reports = with_replay(new, reports, plan.recipe.seed)
    plan.save(output)
    if not (begun and is_finished(output)):  # else what was stopped was its export
        train_model(
            reports,
            splits["dev"],
            plan.recipe,
            output,
            resume,
            plan.start,
            plan.teacher,
            composed=plan.is_composed,
        )
    scores = export(
        output, output / "export", splits, plan.name, plan.version, [] if plan.is_within_train else new
    )
    for part, found in scores.items():
        for metric, interval in found.items():
            print(f"{part:5} {metric:20} {interval}")
    print(f"the model: {output / 'export'}", file=sys.stderr)


def _place(path: Path | None) -> str | None:
    """A file or directory by its full path, so that the run goes on from wherever --resume is said."""
    return str(path.resolve() if path and path.exists() else path) if path else None


def _model(name: str | None) -> str | None:
    """A model's or a run's directory by its full path, a shipped model by its name."""
    return name if name is None or name in models.available() else _place(Path(name))


def _check_same(told: Mapping[str, object], begun: Mapping[str, object]) -> None:
    """Raises UsageError if an option that was given says another thing than the run was begun with."""
    for option, value in told.items():
        if value is not None and value != begun[option]:
            before = "without it" if begun[option] is None else f"with {begun[option]}"
            raise UsageError(f"{option}: the run was begun {before}, and --resume goes on with that")
