"""Operations: what reading some text costs an encoder, counted in multiplications and additions."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import models
from nlp.errors import ModelError
from nlp.window import Ints


@dataclass(frozen=True, slots=True)
class EncoderSize:
    """Sizes of a BERT encoder: `hidden` and `intermediate` are widths."""

    layers: int
    hidden: int
    intermediate: int

    @classmethod
    def of(cls, name_or_path: str | Path) -> EncoderSize:
        """Those of a model. Raises ModelError if there is none, or its configuration does not tell."""
        directory = models.find(name_or_path)
        config = json.loads((directory / models.CONFIG).read_text(encoding="utf-8"))
        try:
            encoder = config["encoder"]
            return cls(
                int(encoder["num_hidden_layers"]),
                int(encoder["hidden_size"]),
                int(encoder["intermediate_size"]),
            )
        except (KeyError, TypeError) as missing:
            raise ModelError(
                f"{directory.name}/{models.CONFIG} does not tell the sizes of the encoder: no {missing} there"
            ) from None

    @property
    def products(self) -> tuple[tuple[int, int], ...]:
        """The (inputs, outputs) of a layer's matrices: query, key, value, output, the two of its feed-forward part."""
        square = (self.hidden, self.hidden)
        return (*[square] * 4, (self.hidden, self.intermediate), (self.intermediate, self.hidden))

    def operations(self, lengths: Ints) -> int:
        """Multiplications and additions in all matrix products over rows of `lengths` (n,) tokens, without padding.

        A layer multiplies every token by its matrices, and, for attention, every token of a row by every other, twice.
        """
        tokens, pairs = int(lengths.sum()), int((lengths.astype("int64") ** 2).sum())
        multiplied = tokens * sum(inner * outer for inner, outer in self.products) + 2 * pairs * self.hidden
        return 2 * self.layers * multiplied
