"""Models: the weights that the product ships, and how they are found.

A model is a directory of a graph (ONNX), a tokenizer, a configuration and a card (README.md); most have a table
of n-gram weights, too.
"""

from __future__ import annotations

from pathlib import Path

from nlp.errors import ModelError

DEFAULT = "default"
GRAPH, TOKENIZER, CONFIG, CARD = "model.onnx", "tokenizer.json", "config.json", "README.md"
NGRAMS = "ngrams.npz"
"""Weights of n-grams, which a model may have beside its graph."""

_HOME = Path(__file__).parent
ENCODER = _HOME / "encoder"
"""The directory of the sentence encoder, which compares texts and tags nothing."""


def available() -> dict[str, Path]:
    """The shipped models by name."""
    return {path.parent.name: path.parent for path in sorted(_HOME.glob(f"*/{CONFIG}"))}


def find(name_or_path: str | Path) -> Path:
    """The directory of the model of that name, or the directory itself. Raises ModelError if it is none."""
    shipped = available()
    if str(name_or_path) in shipped:
        return shipped[str(name_or_path)]
    directory = Path(name_or_path)
    if not directory.is_dir():
        names = ", ".join(shipped) or "none"
        raise ModelError(
            f"{name_or_path}: no model of that name and no such directory (shipped models: {names})"
        )
    missing = [name for name in (GRAPH, TOKENIZER, CONFIG) if not (directory / name).is_file()]
    if missing:
        raise ModelError(f"{directory}: not a model directory: {', '.join(missing)} missing")
    return directory
