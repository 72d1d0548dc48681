"""A training run: annotated reports in, a tagger and a model directory out."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import torch
from tokenizers import Tokenizer

import models
from eval.evaluation import evaluate
from eval.intervals import Interval
from eval.metrics import tally, total
from nlp.decoding import DecodingSettings
from nlp.engine import Scores
from nlp.errors import ModelError
from nlp.tagger import CONTEXT, MAX_TOKENS, Tagger
from nlp.window import Batch
from training.annotation import SPLITS, AnnotatedReport
from training.builtin import encoder_directory
from training.card import FURTHER, METRICS, card, describe, scores_json
from training.distillation import Teacher, shallow
from training.export import replaced_directory, with_packed_encoder, write_model
from training.model import StatementModel
from training.ngrams import calibrated, fit
from training.packing import check_packable
from training.probing import begin_with_probes
from training.recipe import Recipe
from training.restoring import MODEL, load_torch
from training.smoothing import smoothed
from training.trainer import last_checkpoint, train

BUILTIN = "builtin"
RECIPES = "recipes.json"
"""The recipes that made a run's model, the last one its own: a run may go on from another's model."""


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
    longest = min(MAX_TOKENS, model.max_tokens)
    return Tagger(
        name, TorchEngine(model), tokenizer, DecodingSettings(), longest, min(CONTEXT, longest // 8)
    )


def dev_scores(tagger: Tagger, dev: Sequence[AnnotatedReport]) -> dict[str, float]:
    """The scores of `tagger` on annotated reports, on its own boundaries."""
    tagged = tagger.tag_many(annotated.report for annotated in dev)
    scores = total(
        tally(gold.report, predicted) for gold, predicted in zip(dev, tagged, strict=True)
    ).scores()
    return {name: value for name, value in scores.items() if value == value}


def train_model(
    reports: Sequence[AnnotatedReport],
    dev: Sequence[AnnotatedReport],
    recipe: Recipe,
    run_directory: Path,
    resume: bool = False,
    start: str | Path | None = None,
    teacher: str | Path | None = None,
    composed: bool = False,
) -> Tagger:
    """Train on `reports` by `recipe`, watching `dev`; the torch model is written to `run_directory`/model.

    With `start` (a model's name or directory, or an earlier run's), that model is trained further, instead of the
    encoder `recipe.base` with fresh heads. With `teacher`, one of `recipe.layers` layers learns from it: some of the
    teacher's own, or those of `start`, a student that learns further. `composed` says that the reports are this
    project's own, as the card will say then. Raises ModelError if `start` is no student of the teacher's (of another
    width, or another vocabulary), or if the encoder is one that cannot be exported.
    """
    torch.manual_seed(recipe.seed)
    origin = start or teacher
    if origin:
        model, tokenizer_file = load_torch(origin)
    else:
        base = base_directory(recipe.base)
        tokenizer_file = base / models.TOKENIZER
        if not tokenizer_file.is_file():
            raise ModelError(f"{base}: no {models.TOKENIZER} there")
        model = StatementModel.from_encoder(str(base))
    check_packable(model.encoder.config)
    tokenizer = Tokenizer.from_file(str(tokenizer_file))
    if recipe.probes and not origin and not (resume and last_checkpoint(run_directory)):
        begin_with_probes(model, tokenizer, reports, recipe)
    lessons = Teacher(load_torch(teacher)[0] if start else model) if teacher else None
    if lessons and not start and recipe.layers:
        model = shallow(lessons.model, recipe.layers)
    elif lessons and start:
        recipe = replace(recipe, layers=_student_layers(model, lessons.model))
    target = run_directory / MODEL
    (target / models.TOKENIZER).unlink(missing_ok=True)  # a run that is trained is not finished
    model = train(
        reports,
        model,
        tokenizer,
        recipe,
        run_directory,
        evaluate=lambda current: dev_scores(tagger_of(current, tokenizer), dev),
        resume=resume,
        teacher=lessons,
    )
    own = recipe.to_json() | {"reports": len(reports), "composed": composed}
    recipes = [*recipes_of(origin), own] if origin else [own]
    (run_directory / RECIPES).write_text(json.dumps(recipes, indent=2), encoding="utf-8")
    model.save_pretrained(target)
    tokenizer.save(str(target / models.TOKENIZER))
    return tagger_of(model, tokenizer, run_directory.name)


def _student_layers(student: StatementModel, teacher: StatementModel) -> int:
    """The student's layers. Raises ModelError if it cannot be compared with the teacher, state by state."""
    own, other = student.config.encoder, teacher.config.encoder
    for size in ("hidden_size", "vocab_size"):
        if own[size] != other[size]:
            raise ModelError(f"no student of this teacher's: its {size} is {own[size]}, not {other[size]}")
    return int(own["num_hidden_layers"])


def recipes_of(origin: str | Path) -> list[dict[str, Any]]:
    """The recipes that made a model, of a run's directory or of an exported model."""
    run = Path(origin) / RECIPES
    if run.is_file():
        recipes: list[dict[str, Any]] = json.loads(run.read_text(encoding="utf-8"))
    else:
        recipes = json.loads((models.find(origin) / models.CONFIG).read_text(encoding="utf-8"))["recipes"]
    return recipes


def agreement_of(a: Tagger, b: Tagger, reports: Sequence[AnnotatedReport]) -> float:
    """The share of `a`'s statements that `b` finds too, with the same boundaries and category."""
    sections = [section for annotated in reports for section in annotated.report.sections]
    own, other = (
        {
            (i, s.start, s.end, s.category)
            for i, section in enumerate(one.tag_sections(sections))
            for s in section.statements
        }
        for one in (a, b)
    )
    return len(own & other) / max(len(own), 1)


def export(
    run_directory: Path,
    target: Path,
    splits: Mapping[str, Sequence[AnnotatedReport]],
    name: str,
    version: str,
    further: Sequence[AnnotatedReport] = (),
) -> dict[str, dict[str, Interval]]:
    """Make the product's model of a finished run: graph, tokenizer, configuration and card, in `target`.

    The n-gram model is fitted on the split train and on `further`, what the run learnt beside it; the temperature on
    dev. A split test is optional. Returns the exported model's scores on dev and on test. Until it is complete, what
    stands at `target` stays.
    """
    with replaced_directory(target) as scratch:
        return _export(run_directory / MODEL, scratch, splits, name, version, further)


def _export(
    trained: Path,
    target: Path,
    splits: Mapping[str, Sequence[AnnotatedReport]],
    name: str,
    version: str,
    further: Sequence[AnnotatedReport],
) -> dict[str, dict[str, Interval]]:
    model = StatementModel.from_pretrained(trained)
    data = {split: describe(reports) for split, reports in splits.items()}
    if further:
        data[FURTHER] = describe(further)
    typical = [section for annotated in splits["train"][::8] for section in annotated.report.sections]
    tokenizer = Tokenizer.from_file(str(trained / models.TOKENIZER))
    for_eight_bits = smoothed(
        with_packed_encoder(model), lambda plain: tagger_of(plain, tokenizer).tag_sections(typical)
    )
    recipes = json.loads((trained.parent / RECIPES).read_text(encoding="utf-8"))
    encoder = {key: value for key, value in model.config.encoder.items() if key != "_name_or_path"}
    details = {"encoder": encoder, "recipes": recipes, "data": data}
    settings = DecodingSettings()

    def write(**more: object) -> Tagger:
        write_model(
            for_eight_bits,
            trained / models.TOKENIZER,
            target,
            name=name,
            version=version,
            settings=settings,
            details=details | more,
        )
        return Tagger.load(target)

    fitted = calibrated(replace(write(), ngrams=fit([*splits["train"], *further])), splits["dev"])
    assert fitted.ngrams
    fitted.ngrams.save(target / models.NGRAMS)
    settings = fitted.settings
    tagger = write()
    scores: dict[str, dict[str, Interval]] = {
        split: {metric: found[metric] for metric in METRICS}
        for split in SPLITS[1:]
        if split in splits and (found := evaluate(tagger, splits[split]).intervals())
    }
    agreement = agreement_of(
        tagger, replace(tagger, engine=TorchEngine(model)), splits[next(reversed(scores))]
    )
    write(
        agreement=agreement,
        scores=scores_json(scores),
    )
    megabytes = sum((target / name).stat().st_size for name in (models.GRAPH, models.NGRAMS)) / 1e6
    text = card(name, version, recipes, data, scores, megabytes, agreement)
    (target / models.CARD).write_text(text, encoding="utf-8")
    return scores
