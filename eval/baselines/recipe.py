"""What the baselines that fine-tune BERT have in common: the product's recipe, for as long as it takes them."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

from training.recipe import Recipe

EPOCHS = 9
"""As many as the shipped model was first trained for."""
BASELINE = replace(Recipe(), epochs=EPOCHS, patience=EPOCHS)
"""All epochs are done: nothing that is watched decides when to stop."""


def finished(directory: Path) -> None:
    """Remove the checkpoints of a run that needs them no more."""
    for checkpoint in directory.glob("checkpoint-*"):
        shutil.rmtree(checkpoint)
