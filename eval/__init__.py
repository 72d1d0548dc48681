"""Evaluation: metrics with intervals, folds, baselines, retrieval, findings, speed, and the pages that show them."""
