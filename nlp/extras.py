"""Extras: what is not installed with the product itself, and how its lack is said."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from nlp.errors import MissingExtra


@contextmanager
def needs(extra: str, what: str) -> Iterator[None]:
    """Say of an import within that fails what needs it, and which extra of the distribution has it.

    Raises MissingExtra.
    """
    try:
        yield
    except ImportError as missing:
        raise MissingExtra(what, extra, missing) from None
