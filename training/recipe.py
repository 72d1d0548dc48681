"""The recipe: everything that decides what a training run makes of a corpus."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field

from training.augmentation import WINDOW_LENGTHS, Augmentation


@dataclass(frozen=True, slots=True)
class Recipe:
    """Settings of a training run. Rates are those of AdamW at their peak.

    `layers` is that of a student (None: all of the encoder's); `batch` counts sections; `averaging` is the decay, by
    step, of the moving average of the weights that is kept (Izmailov et al. 2018, arXiv:1803.05407, in its exponential
    form), begun after `averaging_from` of the steps; with `probes`, fresh heads begin as `training.probing` fits them.
    """

    base: str = "builtin"
    layers: int | None = None
    epochs: int = 5
    batch: int = 8
    encoder_rate: float = 1e-4
    head_rate: float = 5e-4
    probes: bool = True
    layer_decay: float = 1.0
    weight_decay: float = 0.01
    warmup: float = 0.1
    label_smoothing: float = 0.05
    boundary_weight: float = 1.0
    theme_weight: float = 4.0
    averaging: float = 0.99
    averaging_from: float = 0.4
    patience: int = 3
    seed: int = 1
    window_lengths: tuple[int, ...] = WINDOW_LENGTHS
    augmentation: Augmentation = field(default_factory=Augmentation)

    def lengths_within(self, longest: int) -> tuple[int, ...]:
        """The lengths of windows, in tokens, for a model that reads `longest` at most."""
        return tuple(min(length, longest) for length in self.window_lengths)

    def to_json(self) -> dict[str, object]:
        """As a JSON object, for the model's configuration."""
        return asdict(self)
