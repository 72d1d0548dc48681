"""A training run: annotated reports in, a tagger and a model directory out."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import torch
from eval.metrics import Tally, tally
from tokenizers import Tokenizer

from nlp.decoding import DecodingSettings
from nlp.engine import Scores
from nlp.errors import ModelError
from nlp.tagger import Tagger
from nlp.window import Batch
from training.annotation import AnnotatedReport
from training.builtin import encoder_directory
from training.model import StatementModel
from training.recipe import Recipe
from training.trainer import train

BUILTIN = "builtin"
TOKENIZER = "tokenizer.json"
MODEL = "model"
"""The directory, within a run's, of the finished torch model."""


class TorchEngine:
    """The torch model as an engine, for scoring while it is trained and for comparing its export with."""

    def __init__(self, model: StatementModel) -> None:
        self.model = model

    def run(self, batch: Batch) -> Scores:
        """One forward pass, without dropout and gradients."""
        model, training = self.model, self.model.training
        device = next(model.parameters()).device
        arrays = (batch.input_ids, batch.attention_mask, batch.token_type_ids, batch.thresholds)
        model.train(False)
        with torch.inference_mode():
            output = model(*(torch.from_numpy(array).to(device) for array in arrays))
        model.train(training)
        boundary, category, themes = (
            tensor.float().cpu().numpy()  # a model under autocast answers in bfloat16, which numpy lacks
            for tensor in (output.boundary, output.category, output.themes)
        )
        return Scores(boundary, output.segment.cpu().numpy(), category, themes)


def base_directory(base: str) -> Path:
    """The directory of the encoder `base`: builtin, a local directory, or a model-hub name (then fetched).

    Raises ModelError if there is none, or it lacks a fast tokenizer.
    """
    if base == BUILTIN:
        return encoder_directory()
    directory = Path(base)
    if not directory.is_dir():
        from huggingface_hub import snapshot_download

        try:
            directory = Path(
                snapshot_download(base, allow_patterns=["*.json", "*.safetensors", "*.txt", "*.bin"])
            )
        except Exception as fault:  # the hub client's errors have no common base
            raise ModelError(
                f"{base}: no such directory, and not to be had from the model hub: {fault}"
            ) from fault
    return directory


def tagger_of(model: StatementModel, tokenizer: Tokenizer, name: str = "in training") -> Tagger:
    """A tagger that runs the torch model itself."""
    return Tagger(name, TorchEngine(model), tokenizer, DecodingSettings())


def dev_scores(tagger: Tagger, dev: Sequence[AnnotatedReport]) -> dict[str, float]:
    """The scores of `tagger` on annotated reports."""
    total = Tally()
    for gold, predicted in zip(dev, tagger.tag_many(report.report for report in dev), strict=True):
        total += tally(gold.report, predicted)
    scores: dict[str, float] = total.scores()
    return scores


def train_model(
    reports: Sequence[AnnotatedReport],
    dev: Sequence[AnnotatedReport],
    recipe: Recipe,
    run_directory: Path,
    resume: bool = False,
) -> Tagger:
    """Train on `reports` by `recipe`, watching `dev`; the torch model is written to `run_directory`/model."""
    torch.manual_seed(recipe.seed)
    base = base_directory(recipe.base)
    tokenizer = Tokenizer.from_file(str(base / TOKENIZER))
    model = StatementModel.from_encoder(str(base))
    model = train(
        reports,
        model,
        tokenizer,
        recipe,
        run_directory,
        evaluate=lambda current: dev_scores(tagger_of(current, tokenizer), dev),
        resume=resume,
    )
    target = run_directory / MODEL
    model.save_pretrained(target)
    tokenizer.save(str(target / TOKENIZER))
    return tagger_of(model, tokenizer, run_directory.name)
