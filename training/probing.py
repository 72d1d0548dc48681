"""Linear probing before fine-tuning: fresh heads begin as linear models fitted on the encoder as it is.

With heads drawn at random, the first hundreds of steps push the encoder about for the heads' sake, and it forgets some
of what it knew (Kumar et al. 2022, arXiv:2202.10054). Fitted heads begin where a linear model on frozen states ends,
and fine-tuning goes on from there.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, cast

import numpy as np
import torch
from rich.console import Console
from rich.progress import track
from tokenizers import Tokenizer
from torch import Tensor, nn
from torch.utils.data import DataLoader

from training.annotation import AnnotatedReport
from training.examples import IGNORED, Collator, ExampleMaker, to_rows
from training.grouped import group_states
from training.logistic import fit_classes, fit_labels
from training.model import StatementModel, pool
from training.precision import autocast_dtype
from training.recipe import Recipe

ENOUGH = 200
"""Reports that heads are fitted on, about: fine-tuning reads them all."""
STRENGTH = 0.003
"""Inverse strength of the probes' regularisation, of scikit-learn's logistic regression."""
FEWEST = 10
"""Examples below which a head is not fitted."""
LEAST_BIAS = -4.0
"""What a class without examples begins with: low, and not so low that it could not be learnt later."""
LEAST_SPREAD = 1e-3
"""Features that vary less than this are not spread out further."""

Targets = np.ndarray[Any, np.dtype[np.int64]]


def begin_with_probes(
    model: StatementModel, tokenizer: Tokenizer, reports: Sequence[AnnotatedReport], recipe: Recipe
) -> None:
    """Fit the heads of `model` on some of `reports`, augmented as `recipe` says, its encoder as it is."""
    rows = to_rows(reports[:: max(len(reports) // ENOUGH, 1)])
    lengths = recipe.lengths_within(model.max_tokens)
    maker = ExampleMaker(tokenizer, recipe.augmentation, random.Random(recipe.seed), lengths)
    length = list(rows["length"])
    by_length = sorted(range(len(rows)), key=length.__getitem__)  # batches of like lengths are read fastest
    ordered = rows.select(by_length).with_transform(maker)
    loader = DataLoader(cast(Any, ordered), recipe.batch, collate_fn=Collator(tokenizer))
    fit_heads(model, track(loader, "fitting the heads", console=Console(stderr=True)))


def fit_heads(model: StatementModel, batches: Iterable[Mapping[str, Any]]) -> None:
    """Fit the heads of `model` on `batches` of `training.examples.Collator`.

    Each head's norm comes to spread its features out to mean 0 and deviation 1 over all that the batches ask about, and
    its linear layer is a logistic regression over them.
    """
    boundary: list[tuple[Tensor, Tensor]] = []
    statement: list[tuple[Tensor, Tensor, Tensor]] = []
    device = model.device.type  # training moves it to an accelerator later
    training, dtype = model.training, autocast_dtype(device)
    model.train(False)
    with torch.no_grad(), torch.autocast(device, dtype, enabled=dtype is not None):
        for batch in batches:
            groups = batch["groups"]
            for states, group in zip(group_states(cast(Any, model.encoder), groups), groups, strict=True):
                asked = group["boundary_targets"] != IGNORED
                features = model.boundary_features(states.float()).flatten(0, 1)
                boundary.append((features[asked], group["boundary_targets"][asked]))
                pooled = pool(states.float().flatten(0, 1), group["segment"].flatten(), group["segments"])
                statement.append((pooled[1:], group["category_targets"][1:], group["theme_targets"][1:]))
        features, ends = (torch.cat(parts) for parts in zip(*boundary, strict=True))
        _fit(model.boundary_head, features, ends.numpy()[:, None])
        pooled, category, themes = (torch.cat(parts) for parts in zip(*statement, strict=True))
        _fit(model.category_head, pooled, category.numpy())
        themed = ~themes.isnan().any(dim=1)
        _fit(model.theme_head, pooled[themed], themes[themed].numpy().astype(np.int64))
    model.train(training)


def _fit(head: nn.Sequential, features: Tensor, targets: Targets) -> None:
    """Fit a head on features (n, w): classes (n,) that exclude each other, or labels (n, k) of 0 and 1 that do not.

    A head that hardly anything asks stays as it was drawn.
    """
    if len(features) < FEWEST:
        return
    norm, linear = cast(nn.LayerNorm, head[0]), cast(nn.Linear, head[-1])
    normal = nn.functional.layer_norm(features, norm.normalized_shape, eps=norm.eps)
    mean, spread = normal.mean(dim=0), normal.std(dim=0).clamp(min=LEAST_SPREAD)
    norm.weight.copy_(1 / spread)
    norm.bias.copy_(-mean / spread)
    spread_out = ((normal - mean) / spread).numpy()
    if targets.ndim == 1:
        weights, bias = fit_classes(spread_out, targets, linear.out_features, STRENGTH)
    else:
        weights, bias = fit_labels(spread_out, targets.astype(bool), STRENGTH)
    linear.weight.copy_(torch.from_numpy(weights))
    linear.bias.copy_(torch.from_numpy(bias).clamp(min=LEAST_BIAS))
