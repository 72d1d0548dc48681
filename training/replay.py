"""Replay: some of what a model has learnt, shown again among what it is to learn, so that it forgets nothing.

Training on new examples alone overwrites old ones; old ones mixed in keep them (Robins 1995, Connection Science 7).
"""

from __future__ import annotations

import random
from collections.abc import Sequence

from training.annotation import AnnotatedReport

SHARE = 2.0
"""Old reports for every new one."""


def with_replay(
    new: Sequence[AnnotatedReport], old: Sequence[AnnotatedReport], seed: int, share: float = SHARE
) -> list[AnnotatedReport]:
    """All of `new`, and `share` times as many of `old`, drawn without repetition (or all of `old`)."""
    number = min(len(old), round(share * len(new)))
    return [*new, *random.Random(seed).sample(list(old), number)]
