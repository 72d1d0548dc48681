"""The chain of headings that makes the best outline, found among candidates by dynamic programming.

No heading is recognised on its own: sub-headings look like headings, and tables hold words that headings have. What is
chosen as a whole is a sequence: numbers that go on, one style of number, kinds in the form's order.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from nlp.labels import SectionKind
from nlp.structure.candidates import Candidate
from nlp.structure.lines import Line
from nlp.structure.numbering import NumberStyle

_ORDER = {kind: rank for rank, kind in enumerate(SectionKind)}
_OF_SECTIONS = (NumberStyle.PART, NumberStyle.CHINESE, NumberStyle.ROMAN, None)
"""Styles whose heading opens a section even if it is the only one; others number what is within a section, too."""
_FURTHEST = 300
"""Candidates that may stand within a section."""


def best_chain(candidates: Sequence[Candidate], lines: Sequence[Line]) -> list[Candidate]:
    """The candidates of the best outline, in order.

    Headings of one rank are numbered in one style, so each style (and none) has its own best chain; of these, the one
    in whose style most headings are that the forms prescribe is the report's, then the one with the most of them, then
    the one of the highest rank. (A chain of points of a section may hold the sections' headings, too.) A heading alone
    is an outline only if its words are a form's, or say that it is about problems.
    """
    styles = (*NumberStyle, None)
    chains = {style: _heaviest_path(_of_style(candidates, style), lines) for style in styles}
    named = [style for style in _OF_SECTIONS if any(_stands_alone(c) for c in chains[style])]
    several = [style for style in styles if sum(_style(c) is style for c in chains[style]) >= 2]
    known = [style for style in several if len({c.kind for c in chains[style]} - {SectionKind.LEGACY}) >= 2]

    def prescribed(style: NumberStyle | None) -> tuple[int, int]:
        canonical = [c for c in chains[style] if c.canonical]
        return sum(_style(c) is style for c in canonical), len(canonical)

    best = max(known or several or named or styles, key=prescribed)
    if prescribed(best)[0] < 2:  # in old forms a sub-heading may be spelt as another form's section
        above = (style for style in known if style and _counts_through(chains[style], style))
        best = next((s for s in above if chains[s][0].line < chains[best][0].line), best)
    return chains[best]


def _stands_alone(candidate: Candidate) -> bool:
    """Whether a heading is one for certain, with no other beside it: 五、存在的问题及改进措施."""
    return candidate.canonical or candidate.kind is SectionKind.PROBLEMS


def _counts_through(chain: Sequence[Candidate], style: NumberStyle) -> bool:
    """Whether the chain's headings are numbered 1, 2, 3 and so on in one style."""
    numbers = [c.numbered.value for c in chain if c.numbered and c.numbered.style is style]
    return len(numbers) >= 3 and numbers == list(range(1, len(chain) + 1))


def _style(candidate: Candidate) -> NumberStyle | None:
    return candidate.numbered.style if candidate.numbered else None


def _of_style(candidates: Sequence[Candidate], style: NumberStyle | None) -> list[Candidate]:
    """Candidates numbered in `style`; and others only if they are spelt as a form prescribes."""
    return [c for c in candidates if _style(c) is style or (style is not None and c.canonical)]


def _heaviest_path(candidates: Sequence[Candidate], lines: Sequence[Line]) -> list[Candidate]:
    """The chain of greatest weight, where each step adds how well one heading follows another.

    [] if that is little, or if no words but numbers alone make its headings.
    """
    if not candidates:
        return []
    narrative = _narrative_after(candidates, lines)
    best = [c.weight + narrative[i] + _opening(c) for i, c in enumerate(candidates)]
    previous: list[int | None] = [None] * len(candidates)
    for i, candidate in enumerate(candidates):
        for j in range(max(0, i - _FURTHEST), i):
            total = best[j] + candidate.weight + narrative[i] + _step(candidates[j], candidate)
            if total > best[i]:
                best[i], previous[i] = total, j
    at: int | None = max(range(len(candidates)), key=lambda i: best[i])
    if at is None or best[at] < 4.0:
        return []
    chain = []
    while at is not None:
        chain.append(candidates[at])
        at = previous[at]
    return [] if all(candidate.by_number for candidate in chain) else chain[::-1]


def _opening(candidate: Candidate) -> float:
    """How well a candidate opens an outline."""
    if candidate.by_number and candidate.numbered and candidate.numbered.value != 1:
        return -12.0
    return 1.0 if candidate.numbered is None or candidate.numbered.value == 1 else 0.0


def _step(before: Candidate, after: Candidate) -> float:
    """How well one section heading follows another."""
    score = 0.0
    if before.kind is not SectionKind.LEGACY and after.kind is not SectionKind.LEGACY:
        if before.kind is after.kind:
            score -= 5.0
        elif _ORDER[before.kind] > _ORDER[after.kind]:
            score -= 1.0
    if before.words == after.words:
        score -= 5.0
    spelt = before.canonical and after.canonical
    if before.numbered is None or after.numbered is None:
        alike = before.numbered is after.numbered
        return score - (0.0 if alike else 2.0 if spelt else 10.0)
    gap = after.numbered.value - before.numbered.value
    if before.numbered.style is not after.numbered.style:
        return score - (
            3.0 if gap == 1 else 12.0
        )  # a slip of the pen in the count, or another rank of heading
    if gap == 1:
        return score + 2.0
    if before.by_number or after.by_number:
        return score - 12.0
    if gap == 0:
        return score - (3.0 if spelt or _are_last_sections(before.kind, after.kind) else 9.0)
    return score - (0.5 if gap > 1 else 12.0)


def _are_last_sections(before: SectionKind, after: SectionKind) -> bool:
    """Whether the second follows the first in the form, none with points that are called so."""
    last = (SectionKind.REVIEW, SectionKind.PROBLEMS, SectionKind.OTHER)
    return (before, after) in pairwise(last)


def _narrative_after(candidates: Sequence[Candidate], lines: Sequence[Line]) -> list[float]:
    """A bonus for candidates with something beneath them: what a table of contents lacks."""
    starts = {candidate.line for candidate in candidates}
    return [
        1.5
        if candidate.text or (candidate.line + 1 < len(lines) and candidate.line + 1 not in starts)
        else 0.0
        for candidate in candidates
    ]
