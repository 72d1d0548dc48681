"""The kinds of engines, by the names that `--engine` takes. Importing this costs the command line nothing."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from nlp.errors import UsageError


class EngineKind(str, Enum):
    """What can run the model; `AUTO` is the fastest of them here."""

    AUTO = "auto"
    ONNXRUNTIME = "onnxruntime"
    OPENVINO = "openvino"
    CUDA = "cuda"

    def __str__(self) -> str:
        return self.value

    @classmethod
    def of(cls, name: str, others: tuple[str, ...] = ()) -> EngineKind:
        """The engine that --engine names. Raises UsageError naming the choices, `others` among them."""
        try:
            return cls(name)
        except ValueError:
            choices = ", ".join([*map(str, cls), *others])
            raise UsageError(f"--engine: no engine {name!r}; choose from {choices}") from None


@dataclass(frozen=True, slots=True)
class Choice:
    """The engine that `auto` takes, and why, in words."""

    kind: EngineKind
    reason: str


MANY_FILES = 64
"""Files from which on a run is a long one: a minute or so, of which measuring and compiling are a tenth, once."""
HELP = (
    "auto: the fastest one here; onnxruntime: 8 bits; openvino: float32, or 8 bits and bfloat16; "
    "cuda: a graphics card. See docs/performance.md"
)
"""What --engine's help says of them."""
