"""The reports that are new to every model stay new: none of them is in the corpus that models learn from."""

from __future__ import annotations

from pathlib import Path

import eval as evaluation
from training.annotation import SPLITS, AnnotatedReport, read_split

NEAR_REAL = Path(evaluation.__file__).parent / "annotations" / "near-real.txt"
LONG = 20
"""Characters from which on a statement is somebody's own words, not the form's."""


def own_words(reports: list[AnnotatedReport]) -> set[str]:
    return {s.text.strip() for one in reports for s in one.report.statements() if len(s.text.strip()) >= LONG}


def test_no_report_of_it_is_in_the_corpus() -> None:
    corpus = [report for split in SPLITS for report in read_split(split)]
    near_real = list(read_split(NEAR_REAL))
    assert len(near_real) >= 20
    assert {r.id for r in near_real}.isdisjoint(r.id for r in corpus)
    assert {r.report.agency for r in near_real}.isdisjoint(r.report.agency for r in corpus)
    shared = own_words(near_real) & own_words(corpus)
    assert len(shared) <= 0.01 * len(own_words(near_real)), shared
