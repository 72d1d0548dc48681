"""`gongkai train`."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

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
        str,
        typer.Option(help="The encoder to start from: builtin, a directory, or a model-hub name of a BERT."),
    ] = "builtin",
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
        typer.Option(min=0.0, help="Peak learning rate of the encoder.", show_default="the recipe's"),
    ] = None,
    patience: Annotated[
        int | None,
        typer.Option(min=1, help="Epochs without gain on dev before stopping.", show_default="the recipe's"),
    ] = None,
    seed: Annotated[int, typer.Option(help="Seed of everything that is drawn.")] = 1,
    name: Annotated[str, typer.Option(help="The model's name, written into what it tags.")] = "model",
    model_version: Annotated[str, typer.Option("--model-version", help="The model's version.")] = "1",
    resume: Annotated[bool, typer.Option("--resume", help="Go on from the run's last checkpoint.")] = False,
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
    from training.annotation import CORPUS, read_split
    from training.recipe import Recipe
    from training.replay import with_replay
    from training.run import export, train_model

    if data and not start:
        raise UsageError("--data: goes with --from; to train on a corpus of your own, name its directory")
    if layers and not distill_from:
        raise UsageError("--layers: goes with --distill-from; other models have the layers of --base")
    corpus = corpus or CORPUS
    for split in ("train", "dev"):
        if not (corpus / split).is_dir():
            raise UsageError(f"{corpus}: no directory {split}/ in it")
    recipe = Recipe(base=base, seed=seed, layers=(layers or LAYERS) if distill_from else None)
    recipe = replace(
        recipe,
        epochs=epochs or recipe.epochs,
        batch=batch or recipe.batch,
        patience=patience or recipe.patience,
        encoder_rate=rate or recipe.encoder_rate,
        head_rate=recipe.head_rate * (rate or recipe.encoder_rate) / recipe.encoder_rate,
    )
    if not resume and any(output.glob("checkpoint-*")):
        raise UsageError(
            f"{output}: holds a run already: give --resume to go on with it, or another --output"
        )
    reports = read_split("train", corpus)
    if data:
        reports = with_replay(read_split(data), reports, seed)
    train_model(reports, read_split("dev", corpus), recipe, output, resume, start, distill_from)
    composed = data is None and corpus.resolve() == CORPUS.resolve()
    scores = export(output, output / "export", corpus, name, model_version, composed)
    for split, found in scores.items():
        for metric, interval in found.items():
            print(f"{split:5} {metric:20} {interval}")
    print(f"the model: {output / 'export'}", file=sys.stderr)
