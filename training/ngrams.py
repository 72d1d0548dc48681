"""Fitting the n-gram model, and how much it says beside the encoder.

`python -m training.ngrams MODEL VERSION` gives an exported model a new one, and writes its card anew.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from scipy import sparse

import models
from eval.calibration import fit_temperature, gather
from eval.evaluation import evaluate
from nlp.errors import GongkaiError
from nlp.labels import Category
from nlp.ngrams import BITS, NgramModel, features
from nlp.tagger import Tagger
from nlp.window import heading_segment
from training.annotation import AnnotatedReport, annotated_statements, read_split
from training.card import METRICS, card, scores_json

REGULARISATION = 30.0
"""Inverse strength, of scikit-learn's logistic regression."""
IDF_SHARE = 0.25
"""What inverse document frequencies are multiplied by, so that the strength above fits them."""
UNSEEN = -10.0
"""The logit of a category that no statement had."""
LEAST_STATEMENTS = 2
"""N-grams of fewer statements say nothing."""
NGRAM_WEIGHT = 0.3
"""What its logits weigh beside the encoder's; chosen on reports that neither had learnt from (docs/experiments.md)."""


def fit(reports: Sequence[AnnotatedReport]) -> NgramModel:
    """The n-gram model of annotated reports."""
    from sklearn.linear_model import LogisticRegression

    rows, counts, lengths, targets = [], [], [0], []
    for section, statement in annotated_statements(reports):
        own, weight = features(section.text, (statement.start, statement.end), heading_segment(section))
        rows.append(own)
        counts.append(weight)
        lengths.append(len(own))
        targets.append(list(Category).index(statement.category))
    shape = (len(targets), 1 << BITS)
    matrix = sparse.csr_matrix(
        (np.concatenate(counts), np.concatenate(rows), np.cumsum(lengths)), shape=shape
    )
    matrix.sum_duplicates()
    found = np.bincount(matrix.indices, minlength=shape[1])
    rarity = IDF_SHARE * (np.log((1 + len(targets)) / (1 + found)) + 1) * (found >= LEAST_STATEMENTS)
    categories = np.unique(targets)
    weights, bias = np.zeros((shape[1], len(Category))), np.full(len(Category), UNSEEN)
    if len(categories) < 2:  # nothing to tell apart
        return NgramModel(weights.astype(np.float32), np.zeros(len(Category), np.float32))
    fitted = LogisticRegression(C=REGULARISATION, max_iter=300).fit(matrix @ sparse.diags(rarity), targets)
    coefficients, intercepts = fitted.coef_ * rarity, fitted.intercept_
    if len(categories) == 2:  # scikit-learn gives one row for both
        coefficients, intercepts = (np.concatenate([-one, one]) / 2 for one in (coefficients, intercepts))
    weights[:, categories] = coefficients.T
    bias[categories] = intercepts
    return NgramModel(weights.astype(np.float32), bias.astype(np.float32))


def calibrated(tagger: Tagger, dev: Sequence[AnnotatedReport]) -> Tagger:
    """The tagger with the temperature of least log loss on `dev`, its n-gram model read beside the encoder."""
    settings = replace(tagger.settings, temperature=1.0, ngram_weight=NGRAM_WEIGHT)
    on_dev = evaluate(replace(tagger, settings=settings), dev)
    temperature = fit_temperature(*gather([annotated.report for annotated in dev], on_dev.on_gold))
    return replace(tagger, settings=replace(settings, temperature=round(temperature, 3)))


def refit(directory: Path, version: str) -> Tagger:
    """Give an exported model a new n-gram model of the training split, calibration, version and card."""
    train, dev = read_split("train"), read_split("dev")
    tagger = calibrated(replace(Tagger.load(directory), ngrams=fit(train)), dev)
    assert tagger.ngrams
    tagger.ngrams.save(directory / models.NGRAMS)
    tagger = replace(tagger, ngrams=NgramModel.load(directory / models.NGRAMS))
    scores = {
        split: evaluate(tagger, reports).intervals()
        for split, reports in (("dev", dev), ("test", read_split("test")))
    }
    config = json.loads((directory / models.CONFIG).read_text(encoding="utf-8"))
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
