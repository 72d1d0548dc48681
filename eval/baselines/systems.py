"""The systems of the comparison, cheapest first, and how often each is trained."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import models
from eval.crossvalidation import Learner

ONCE = (1,)
THRICE = (1, 2, 3)
"""Seeds of what trains in minutes; what takes longer is trained once, as is what draws nothing at random."""

Make = Callable[[int, int | None], Learner]
"""A learner of a seed and a number of threads (None: all cores)."""


@dataclass(frozen=True, slots=True)
class Baseline:
    """A system by its name on the command line, in a sentence, and with the seeds that it is trained with."""

    name: str
    what: str
    make: Make
    seeds: tuple[int, ...] = ONCE


def product(model: str = models.DEFAULT) -> Baseline:
    """The shipped model, which all others are compared with."""

    def make(seed: int, threads: int | None) -> Learner:
        from eval.baselines.shipped import ShippedLearner

        return ShippedLearner(model, threads)

    return Baseline("product", f"gongkai's shipped model {model}, 8-bit", make)


def _rules(seed: int, threads: int | None) -> Learner:
    from eval.baselines.rules import RulesLearner

    return RulesLearner()


def _tfidf(seed: int, threads: int | None) -> Learner:
    from eval.baselines.tfidf import TfidfLearner

    return TfidfLearner()


def _frozen(seed: int, threads: int | None) -> Learner:
    from eval.baselines.frozen import FrozenLearner

    return FrozenLearner(threads=threads)


def _setfit(shots: int, all_for_heads: bool = False) -> Make:
    def make(seed: int, threads: int | None) -> Learner:
        from eval.baselines.setfit import SetFitLearner

        return SetFitLearner(shots, all_for_heads, seed)

    return make


def _single(seed: int, threads: int | None) -> Learner:
    from eval.baselines.single import ALONE, SingleSentenceLearner

    return SingleSentenceLearner(replace(ALONE, seed=seed))


def _token_labels(seed: int, threads: int | None) -> Learner:
    from eval.baselines.recipe import BASELINE
    from eval.baselines.tokenlabels import TokenLabelLearner

    return TokenLabelLearner(replace(BASELINE, seed=seed))


BASELINES = (
    Baseline("rules", "section headings and keywords, nothing learnt; statements cut by rule", _rules),
    Baseline("tfidf", "character n-grams, logistic regression; statements cut by rule", _tfidf),
    Baseline(
        "frozen",
        "vectors of the frozen encoder, 8-bit, logistic regression; statements cut by rule",
        _frozen,
    ),
    Baseline("setfit-8", "SetFit of 8 statements a category; statements cut by rule", _setfit(8), THRICE),
    Baseline("setfit-64", "SetFit of 64 statements a category; statements cut by rule", _setfit(64)),
    Baseline(
        "setfit-64-all",
        "the same, its logistic regression learnt from all statements",
        _setfit(64, all_for_heads=True),
    ),
    Baseline("single", "BERT on each statement alone, with its heading; statements cut by rule", _single),
    Baseline("token-labels", "BERT with E- and I- labels on tokens, decoded into statements", _token_labels),
)
"""All but the product, which is always measured."""
