"""Duplicates: statements that stand in a corpus twice, and reports that are nearly the same.

What stands in two splits makes a test easier than it looks; the same words with two categories are an error in one of
the places. Reports are compared by MinHash over their characters (Broder 1997), by datasketch, and what the
hashing lets through by rapidfuzz.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import combinations_with_replacement

from nlp.enumerator import enumerator_at
from nlp.extras import needs
from nlp.index.tokens import runs
from nlp.labels import Category
from nlp.window import heading_segment
from training.annotation import AnnotatedReport
from training.quality.corpus import Corpus, Place

SHORTEST = 12
"""Characters, marks not counted, from which on a repeated statement is no accident."""
SHINGLE, JACCARD, PERMUTATIONS = 5, 0.4, 128
"""Characters a shingle, and what the hashing lets through, before likeness decides."""
LIKE = 0.75
"""Share of characters in common, in order, from which on two reports are nearly the same."""


@dataclass(frozen=True, slots=True)
class DuplicateStatement:
    """The same words in several places, with the category that each place gives them.

    `conflicting`: two places in sections of one function give them different categories.
    """

    text: str
    places: tuple[Place, ...]
    categories: tuple[Category, ...]
    conflicting: bool

    @property
    def splits(self) -> tuple[str, ...]:
        """The splits that hold it, each once."""
        return tuple(dict.fromkeys(place.split for place in self.places))


@dataclass(frozen=True, slots=True)
class LikeReports:
    """Two reports that are nearly the same; `likeness` is the share of characters in common, in order."""

    ids: tuple[str, str]
    places: tuple[Place, Place]
    likeness: float


def duplicate_statements(corpus: Corpus) -> list[DuplicateStatement]:
    """Statements of SHORTEST characters or more that stand in several places; conflicting ones, then widest, first.

    Enumerators and punctuation do not count.
    """
    found: dict[str, list[tuple[Place, str, Category, str]]] = defaultdict(list)
    for place, section, statement in corpus.statements():
        text = statement.text.strip()
        words = "".join(runs(text.removeprefix(enumerator_at(text) or "")))
        if len(words) >= SHORTEST:
            found[words].append((place, heading_segment(section), statement.category, text))
    duplicates = []
    for places in found.values():
        if len(places) > 1:
            by_function: dict[str, set[Category]] = defaultdict(set)
            for _, heading, category, _ in places:
                by_function[heading].add(category)
            duplicates.append(
                DuplicateStatement(
                    text=places[0][3],
                    places=tuple(place for place, *_ in places),
                    categories=tuple(category for _, _, category, _ in places),
                    conflicting=any(len(categories) > 1 for categories in by_function.values()),
                )
            )
    return sorted(duplicates, key=lambda d: (not d.conflicting, -len(d.splits), -len(d.places)))


def shared_by_splits(
    duplicates: Iterable[DuplicateStatement], splits: Iterable[str]
) -> dict[tuple[str, str], int]:
    """How many different statements each two splits share; of a split with itself, how many it holds twice."""
    pairs = list(combinations_with_replacement(splits, 2))
    counts = dict.fromkeys(pairs, 0)
    for duplicate in duplicates:
        held = [place.split for place in duplicate.places]
        for a, b in pairs:
            counts[a, b] += held.count(a) > 1 if a == b else a in held and b in held
    return counts


def like_reports(corpus: Corpus) -> list[LikeReports]:
    """Pairs of reports that are nearly the same, most alike first. Raises UsageError without the extra `search`."""
    with needs("search", "looking for duplicates"):
        from datasketch import MinHash, MinHashLSH
        from rapidfuzz import fuzz
    reports = list(corpus.reports())
    texts = [_text(annotated) for _, annotated in reports]
    hashing = MinHashLSH(threshold=JACCARD, num_perm=PERMUTATIONS)
    found = []
    for index, text in enumerate(texts):
        sketch = MinHash(num_perm=PERMUTATIONS, seed=1)
        sketch.update_batch([text[i : i + SHINGLE].encode() for i in range(max(1, len(text) - SHINGLE + 1))])
        for other in sorted(hashing.query(sketch)):
            likeness = fuzz.ratio(texts[other], text, score_cutoff=100 * LIKE) / 100
            if likeness:
                pair = (reports[other], reports[index])
                ids = (pair[0][1].id, pair[1][1].id)
                found.append(LikeReports(ids, (_place(*pair[0]), _place(*pair[1])), likeness))
        hashing.insert(index, sketch)
    return sorted(found, key=lambda like: -like.likeness)


def _text(annotated: AnnotatedReport) -> str:
    return "".join(run for section in annotated.report.sections for run in runs(section.text))


def _place(split: str, annotated: AnnotatedReport) -> Place:
    return Place(split, annotated.path, annotated.lines[0] if annotated.lines else 1)
