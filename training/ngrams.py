"""Fitting the n-gram model, and how much it says beside the encoder.

`python -m training.ngrams MODEL VERSION` gives an exported model a new one, and writes its card anew.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import sparse

import models
from eval.calibration import fit_temperature, gather
from eval.evaluation import evaluate
from nlp.decoding import CATEGORIES, THEMES
from nlp.errors import GongkaiError, UsageError
from nlp.ngrams import BITS, NgramModel, features
from nlp.tagger import Tagger
from nlp.window import heading_segment
from training.annotation import FURTHER_REPORTS, AnnotatedReport, annotated_statements, read_split
from training.card import FURTHER, METRICS, card, is_composed, scores_json
from training.logistic import fit_classes, fit_labels

Floats = npt.NDArray[np.float64]

REGULARISATION = 30.0
"""Inverse strength, of scikit-learn's logistic regression over the categories."""
THEME_REGULARISATION = 100.0
"""The same, over each theme."""
IDF_SHARE = 0.25
"""What inverse document frequencies are multiplied by, so that the strength above fits them."""
LEAST_STATEMENTS = 2
"""N-grams of fewer statements say nothing."""
NGRAM_WEIGHT = 0.3
"""What its logits weigh beside the encoder's; chosen on reports that neither had learnt from (docs/experiments.md)."""
NGRAM_THEME_WEIGHT = 0.6
"""The same for themes."""


def fit(reports: Sequence[AnnotatedReport]) -> NgramModel:
    """The n-gram model of annotated reports: one of categories over all statements, one of each theme over those that
    may have themes.
    """
    rows, counts, lengths, categories, themes = [], [], [0], [], []
    for section, statement in annotated_statements(reports):
        own, weight = features(section.text, (statement.start, statement.end), heading_segment(section))
        rows.append(own)
        counts.append(weight)
        lengths.append(len(own))
        categories.append(CATEGORIES.index(statement.category))
        themes.append([theme in statement.themes for theme in THEMES])
    matrix = sparse.csr_matrix(
        (np.concatenate(counts), np.concatenate(rows), np.cumsum(lengths)), shape=(len(categories), 1 << BITS)
    )
    matrix.sum_duplicates()
    with_themes = np.asarray([CATEGORIES[category].has_themes for category in categories])
    rare, rare_with_themes = _rarity(matrix), _rarity(matrix[with_themes])
    of_categories, category_bias = fit_classes(
        matrix @ sparse.diags(rare), np.asarray(categories), len(CATEGORIES), REGULARISATION
    )
    of_themes, theme_bias = fit_labels(
        matrix[with_themes] @ sparse.diags(rare_with_themes),
        np.asarray(themes)[with_themes],
        THEME_REGULARISATION,
    )
    weights = np.concatenate([of_categories * rare, of_themes * rare_with_themes]).T
    bias = np.concatenate([category_bias, theme_bias])
    return NgramModel(np.ascontiguousarray(weights, dtype=np.float32), bias.astype(np.float32))


def _rarity(matrix: Any) -> Floats:
    """What each n-gram counts (2 ** BITS,): its inverse document frequency, nothing if hardly any statement has it."""
    statements, size = matrix.shape
    found = np.bincount(matrix.indices, minlength=size)
    rarity: Floats = IDF_SHARE * (np.log((1 + statements) / (1 + found)) + 1) * (found >= LEAST_STATEMENTS)
    return rarity


def calibrated(tagger: Tagger, dev: Sequence[AnnotatedReport]) -> Tagger:
    """The tagger with the temperature of least log loss on `dev`, its n-gram model read beside the encoder."""
    settings = replace(
        tagger.settings, temperature=1.0, ngram_weight=NGRAM_WEIGHT, ngram_theme_weight=NGRAM_THEME_WEIGHT
    )
    on_dev = evaluate(replace(tagger, settings=settings), dev)
    temperature = fit_temperature(*gather([annotated.report for annotated in dev], on_dev.on_gold))
    return replace(tagger, settings=replace(settings, temperature=round(temperature, 3)))


def refit(directory: Path, version: str) -> Tagger:
    """Give an exported model a new n-gram model of the corpus, calibration, version and card.

    That is of the training split, and of the further reports where the model learnt those. How far its graph agrees
    with the float32 model stays as it was measured. Raises UsageError if it learnt from other reports too, which would
    be lost to it.
    """
    config = json.loads((directory / models.CONFIG).read_text(encoding="utf-8"))
    if not is_composed(config["recipes"]):
        raise UsageError(
            f"{directory}: learnt from reports beside the project's, which its n-grams would lose"
        )
    further = read_split(FURTHER_REPORTS) if FURTHER in config["data"] else []
    train, dev = [*read_split("train"), *further], read_split("dev")
    tagger = calibrated(replace(Tagger.load(directory), ngrams=fit(train)), dev)
    assert tagger.ngrams
    tagger.ngrams.save(directory / models.NGRAMS)
    tagger = replace(tagger, ngrams=NgramModel.load(directory / models.NGRAMS))
    scores = {
        split: evaluate(tagger, reports).intervals()
        for split, reports in (("dev", dev), ("test", read_split("test")))
    }
    kept = {split: {metric: found[metric] for metric in METRICS} for split, found in scores.items()}
    config |= {
        "version": version,
        "decoding": tagger.settings.to_json(),
        "scores": scores_json(kept),
    }
    text = json.dumps(config, ensure_ascii=False, indent=2) + "\n"
    (directory / models.CONFIG).write_text(text, encoding="utf-8")
    megabytes = sum((directory / name).stat().st_size for name in (models.GRAPH, models.NGRAMS)) / 1e6
    written = card(
        config["name"], version, config["recipes"], config["data"], kept, megabytes, config["agreement"]
    )
    (directory / models.CARD).write_text(written, encoding="utf-8")
    return tagger


def main() -> None:
    """The command: `python -m training.ngrams MODEL VERSION`."""
    parser = argparse.ArgumentParser(prog="python -m training.ngrams", description=refit.__doc__)
    parser.add_argument("model", help="an exported model's name (gongkai models) or directory")
    parser.add_argument("version", help="the version that the model is to have then")
    arguments = parser.parse_args()
    try:
        refit(models.find(arguments.model), arguments.version)
    except GongkaiError as fault:
        parser.exit(1, f"{fault}\n")


if __name__ == "__main__":
    main()
