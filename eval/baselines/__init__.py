"""Baselines: what a model has to beat, from rules to fine-tuned encoders, each a learner of `eval.crossvalidation`."""

from eval.baselines.tfidf import TfidfBaseline, TfidfLearner, category_model, features

__all__ = ["TfidfBaseline", "TfidfLearner", "category_model", "features"]
