"""Agreement: how alike two annotators are on the same text, as counts that add up over reports.

Cohen's kappa (Cohen 1960) corrects agreement for chance: 0 is what chance gives, 1 is full agreement. Boundary
similarity (Fournier 2013, P13-1167; by its author's `segeval`) takes a boundary that one annotator has one place
further on for half an agreement. Its places are those within a paragraph at which a statement could end; the ends
of paragraphs are left out, since nobody decides about them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from eval.evaluation import Evaluation
from eval.intervals import RESAMPLES, Interval, bootstrap
from eval.metrics import SIZE, Counts, Unit, categories_of_characters, ratio, scores_of, tally
from nlp.boundary import Evidence, candidates
from nlp.errors import AnnotationError
from nlp.extras import needs
from nlp.labels import Category, Theme
from nlp.report import Report, Section, Statement

if TYPE_CHECKING:
    from eval.evaluation import Mistake
    from training.annotation import AnnotatedReport

_CATEGORIES, _THEMES = len(Category), len(Theme)
_PARTS = (SIZE, 2, _CATEGORIES**2, _CATEGORIES**2, 4 * _THEMES)
"""Counts of a report: its tally; boundary edits and boundaries; confusions of characters, of statements, of themes."""
_NEAR = 2
"""Fournier's n_t: two boundaries at neighbouring places are one, moved."""
_SHOWN = 12  # characters on either side of where two texts part


@dataclass(frozen=True, slots=True)
class Agreement:
    """Two annotations of the same reports, a row of `rows` (reports, n) each.

    `a` and `b` are in the same order; `only_a` and `only_b` are the ids of reports that the other lacks.
    """

    a: tuple[AnnotatedReport, ...]
    b: tuple[AnnotatedReport, ...]
    only_a: tuple[str, ...]
    only_b: tuple[str, ...]
    rows: Counts

    def intervals(self, resamples: int = RESAMPLES, seed: int = 0) -> dict[str, Interval]:
        """Every score of `agreement_of` with its interval, over reports."""
        return bootstrap(self.rows, agreement_of, resamples, seed)

    def confusion(self) -> npt.NDArray[np.int64]:
        """Categories of A (rows) against those of B (columns) (5, 5), of statements that both have."""
        return _split(self.rows.sum(axis=0))[3].reshape(_CATEGORIES, -1).astype(np.int64)

    def disagreements(self) -> Iterator[Mistake]:
        """Every statement of A that B does not have, or has with another category or other themes."""
        found = tuple(annotated.report for annotated in self.b)
        return Evaluation(self.a, found, (), ()).errors(themes=True)


def agree(a: Sequence[AnnotatedReport], b: Sequence[AnnotatedReport]) -> Agreement:
    """The agreement of two annotations on the reports, known by their ids, that both hold.

    Raises AnnotationError if they share no report, if one holds a report twice, or if a report's text is not the
    same in both; UsageError if segeval is missing.
    """
    first, second = _by_id(a), _by_id(b)
    shared = [identity for identity in first if identity in second]
    if not shared:
        raise AnnotationError("the two annotations share no report (reports are matched by their ids)")
    pairs = [(first[identity], second[identity]) for identity in shared]
    return Agreement(
        tuple(one for one, _ in pairs),
        tuple(other for _, other in pairs),
        tuple(identity for identity in first if identity not in second),
        tuple(identity for identity in second if identity not in first),
        np.stack([_row(one, other) for one, other in pairs]),
    )


def agreement_of(counts: Counts) -> dict[str, Counts]:
    """Scores of counts (..., n), each (...). A ratio of nothing to nothing is NaN.

    `character_kappa` and `character_agreement` (the share) of the category by character, `statement_kappa` and
    `statement_agreement` on statements that both have; `boundary_similarity`; `span_f1`
    (both ends), `statement_f1` (span and category) and that of each category; each category's kappa against the rest,
    by character.
    Of problems and improvements that both have: `theme_f1` of statement and theme, `theme_kappa` over all statements
    and themes, and both for each theme. F1 is the same whoever is called gold.
    """
    matches, edits, characters, statements, themes = _split(counts)
    by_character, by_statement = (
        part.reshape(*part.shape[:-1], _CATEGORIES, _CATEGORIES) for part in (characters, statements)
    )
    by_theme = themes.reshape(*themes.shape[:-1], _THEMES, 2, 2)
    of_matches = scores_of(matches)
    found = {
        "character_kappa": kappa(by_character),
        "statement_kappa": kappa(by_statement),
        "boundary_similarity": ratio(edits[..., 1] - edits[..., 0], edits[..., 1]),
        "statement_f1": of_matches["statement_f1"],
        "theme_f1": _f1(by_theme.sum(axis=-3)),
        "theme_kappa": kappa(by_theme.sum(axis=-3)),
        "span_f1": _span_f1(matches, by_statement),
        "character_agreement": _share(by_character),
        "statement_agreement": _share(by_statement),
    }
    for index, category in enumerate(Category):
        found[f"{category}_f1"] = of_matches[f"{category}_f1"]
        found[f"{category}_kappa"] = kappa(_against_the_rest(by_character, index))
    for index, theme in enumerate(Theme):
        found[f"{theme}_f1"] = _f1(by_theme[..., index, :, :])
        found[f"{theme}_kappa"] = kappa(by_theme[..., index, :, :])
    return found


def kappa(confusion: Counts) -> Counts:
    """Cohen's kappa of confusions (..., k, k); NaN where both only ever say the same one thing."""
    size = confusion.sum(axis=(-2, -1))
    observed = np.trace(confusion, axis1=-2, axis2=-1)
    by_chance = ratio((confusion.sum(axis=-1) * confusion.sum(axis=-2)).sum(axis=-1), size)
    return ratio(observed - by_chance, size - by_chance)


def _by_id(reports: Sequence[AnnotatedReport]) -> dict[str, AnnotatedReport]:
    found: dict[str, AnnotatedReport] = {}
    for annotated in reports:
        if annotated.id in found:
            raise AnnotationError(f"{annotated.report.source}: a second report of that id in one annotation")
        found[annotated.id] = annotated
    return found


def _row(a: AnnotatedReport, b: AnnotatedReport) -> Counts:
    _check_same_text(a.report, b.report)
    edits = np.zeros(2)
    characters, statements = np.zeros((2, _CATEGORIES, _CATEGORIES))
    themes = np.zeros((_THEMES, 2, 2))
    for one, other in zip(a.report.sections, b.report.sections, strict=True):
        edits += _boundary_edits(one, other)
        of_one, of_other = categories_of_characters(one), categories_of_characters(other)
        np.add.at(characters, (of_one[of_one >= 0], of_other[of_one >= 0]), 1)
        for mine, theirs in _shared(one, other):
            statements[_index(mine.category), _index(theirs.category)] += 1
            if mine.category.has_themes and theirs.category.has_themes:
                for index, theme in enumerate(Theme):
                    themes[index, int(theme in mine.themes), int(theme in theirs.themes)] += 1
    matches = tally(a.report, b.report).counts
    return np.concatenate([matches, edits, characters.ravel(), statements.ravel(), themes.ravel()])


def _check_same_text(a: Report, b: Report) -> None:
    if len(a.sections) != len(b.sections):
        raise AnnotationError(
            f"{a.source}: {len(a.sections)} sections, but {len(b.sections)} in {b.source}: not the same text"
        )
    for number, (one, other) in enumerate(zip(a.sections, b.sections, strict=True), 1):
        if one.text != other.text:
            pairs = zip(one.text, other.text, strict=False)
            shorter = min(len(one.text), len(other.text))
            at = next((i for i, (x, y) in enumerate(pairs) if x != y), shorter)
            near = slice(max(0, at - _SHOWN), at + _SHOWN)
            raise AnnotationError(
                f"{a.source}: section {number} has {one.text[near]!r}, but {other.text[near]!r} in {b.source}: "
                "not the same text (a blank line starts a paragraph)"
            )


def _shared(a: Section, b: Section) -> Iterator[tuple[Statement, Statement]]:
    """Statements of the same span."""
    of_b = {(s.start, s.end): s for s in b.statements}
    return ((s, of_b[s.start, s.end]) for s in a.statements if (s.start, s.end) in of_b)


def _boundary_edits(a: Section, b: Section) -> tuple[float, int]:
    """Weighted edits from A's boundaries within paragraphs to B's, and edits and matches together.

    Places are what the guideline allows, and wherever else either annotator has set a boundary.
    """
    with needs("eval", "agreement"):
        from segeval import BoundaryFormat, boundary_similarity
    ends_a, ends_b = ({s.end for s in section.statements} for section in (a, b))
    allowed = {c.end for c in candidates(a.text) if c.evidence is not Evidence.RUN_IN}
    places = sorted(allowed | ends_a | ends_b)
    edits, size = 0.0, 0
    for start, end in a.paragraph_spans():
        within = [place for place in places if start < place < end]
        of_a, of_b = (tuple({1} if place in ends else set() for place in within) for ends in (ends_a, ends_b))
        if not any(of_a) and not any(of_b):
            continue
        same, all_, *_ = boundary_similarity(
            of_a, of_b, n_t=_NEAR, boundary_format=BoundaryFormat.sets, return_parts=True
        )
        edits += float(all_ - same)
        size += all_
    return edits, size


def _split(counts: Counts) -> list[Counts]:
    return np.split(counts, np.cumsum(_PARTS)[:-1], axis=-1)


def _index(category: Category) -> int:
    return list(Category).index(category)


def _against_the_rest(confusion: Counts, index: int) -> Counts:
    """Confusions (..., k, k) as (..., 2, 2): the category of that index, and all others."""
    one = np.zeros((confusion.shape[-1], 2))
    one[:, 0], one[index] = 1, (0, 1)
    found: Counts = one.T @ confusion @ one
    return found


def _span_f1(matches: Counts, by_statement: Counts) -> Counts:
    both = matches[..., 3 * Unit.STATEMENT] + matches[..., 3 * Unit.STATEMENT + 1]
    return ratio(2 * by_statement.sum(axis=(-2, -1)), both)


def _f1(confusion: Counts) -> Counts:
    """Of confusions (..., 2, 2), how far both agree on yes."""
    yes = 2 * confusion[..., 1, 1]
    return ratio(yes, yes + confusion[..., 0, 1] + confusion[..., 1, 0])


def _share(confusion: Counts) -> Counts:
    return ratio(np.trace(confusion, axis1=-2, axis2=-1), confusion.sum(axis=(-2, -1)))
