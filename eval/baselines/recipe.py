"""What the baselines that fine-tune BERT have in common: the product's recipe."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

from training.recipe import Recipe

BASELINE = replace(Recipe(), patience=Recipe().epochs)
"""All epochs are done: nothing that is watched decides when to stop."""


def finished(directory: Path) -> None:
    """Remove the checkpoints of a run that needs them no more."""
    for checkpoint in directory.glob("checkpoint-*"):
        shutil.rmtree(checkpoint)
