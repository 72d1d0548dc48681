"""A run's plan: what `gongkai train` was told, kept in the run's directory, so that a resumed run is the same one."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from nlp.errors import UsageError
from training.annotation import CORPUS, FURTHER_REPORTS
from training.augmentation import Augmentation
from training.recipe import Recipe

PLAN = "run.json"


@dataclass(frozen=True, slots=True)
class Plan:
    """What a run learns, from what, and what its model is called.

    `corpus` and `data` are full paths, `start` and `teacher` models as `training.restoring.load_torch` takes them.
    """

    corpus: str
    recipe: Recipe
    start: str | None = None
    data: str | None = None
    teacher: str | None = None
    name: str = "model"
    version: str = "1"

    @property
    def is_within_train(self) -> bool:
        """Whether all that is learnt stands in the corpus's training split."""
        return self.data is None or Path(self.data).is_relative_to(Path(self.corpus) / "train")

    @property
    def is_composed(self) -> bool:
        """Whether all that is learnt is of this project's training split or its further reports."""
        further = self.data is not None and Path(self.data) == FURTHER_REPORTS.resolve()
        return Path(self.corpus) == CORPUS.resolve() and (self.is_within_train or further)

    def options(self) -> dict[str, str | int | float | None]:
        """What it says of each option of `gongkai train`."""
        return {
            "CORPUS": self.corpus,
            "--base": self.recipe.base,
            "--from": self.start,
            "--data": self.data,
            "--distill-from": self.teacher,
            "--layers": self.recipe.layers,
            "--epochs": self.recipe.epochs,
            "--batch": self.recipe.batch,
            "--rate": self.recipe.encoder_rate,
            "--patience": self.recipe.patience,
            "--seed": self.recipe.seed,
            "--name": self.name,
            "--model-version": self.version,
        }

    def save(self, run_directory: Path) -> None:
        """Write it to a run's directory."""
        run_directory.mkdir(parents=True, exist_ok=True)
        text = json.dumps(asdict(self), ensure_ascii=False, indent=2) + "\n"
        (run_directory / PLAN).write_text(text, encoding="utf-8")

    @classmethod
    def load(cls, run_directory: Path) -> Plan | None:
        """The plan of a run's directory, or None if it has none. Raises UsageError if it cannot be read."""
        path = run_directory / PLAN
        if not path.is_file():
            return None
        try:
            kept = json.loads(path.read_text(encoding="utf-8"))
            recipe = kept["recipe"]
            recipe["augmentation"] = Augmentation(**recipe["augmentation"])
            recipe["window_lengths"] = tuple(recipe["window_lengths"])
            return cls(**kept | {"recipe": Recipe(**recipe)})
        except (ValueError, KeyError, TypeError) as fault:
            raise UsageError(f"{path}: not what this version writes of a run: {fault!r}") from fault
