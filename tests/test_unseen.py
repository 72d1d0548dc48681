"""The reports that are new to every model stay new: none of them is in the corpus that models learn from."""

from __future__ import annotations

from pathlib import Path

import pytest

import eval as evaluation
from training.annotation import SPLITS, AnnotatedReport, read_split

ANNOTATIONS = Path(evaluation.__file__).parent / "annotations"
LONG = 20
"""Characters from which on a statement is somebody's own words, not the form's."""


def own_words(reports: list[AnnotatedReport]) -> set[str]:
    return {s.text.strip() for one in reports for s in one.report.statements() if len(s.text.strip()) >= LONG}


@pytest.mark.parametrize("name", ["near-real", "new-writers"])
def test_no_report_of_it_is_in_the_corpus(name: str) -> None:
    corpus = [report for split in SPLITS for report in read_split(split)]
    unseen = list(read_split(ANNOTATIONS / f"{name}.txt"))
    assert len(unseen) >= 20
    assert {r.id for r in unseen}.isdisjoint(r.id for r in corpus)
    assert {r.report.agency for r in unseen}.isdisjoint(r.report.agency for r in corpus)
    shared = own_words(unseen) & own_words(corpus)
    assert len(shared) <= 0.01 * len(own_words(unseen)), shared
