"""The sample report that comes with gongkai."""

from __future__ import annotations

from pathlib import Path

import nlp
from nlp.reading import read
from nlp.report import Section
from nlp.structure import parse

SAMPLE = Path(nlp.__file__).parent / "samples" / "report-2021-beiguan.txt"
_ONE_WINDOW = 500
"""Characters that are never more than a window."""


def sample_section() -> Section:
    """Its longest section that is one window."""
    sections = parse(read(str(SAMPLE))).sections
    return max((s for s in sections if len(s.text) <= _ONE_WINDOW), key=lambda section: len(section.text))
