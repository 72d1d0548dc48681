"""The reports that are new to every model stay new: none of them is in the corpus that models learn from."""

from __future__ import annotations

from pathlib import Path

import pytest

import eval as evaluation
from training.annotation import FURTHER_REPORTS, SPLITS, AnnotatedReport, read_split
from training.quality import check, read_corpus

ANNOTATIONS = Path(evaluation.__file__).parent / "annotations"
LONG = 20
"""Characters from which on a statement is somebody's own words, not the form's."""


def own_words(reports: list[AnnotatedReport]) -> set[str]:
    return {s.text.strip() for one in reports for s in one.report.statements() if len(s.text.strip()) >= LONG}


@pytest.mark.parametrize(("name", "reports"), [("near-real", 24), ("new-writers", 24), ("pitfalls", 12)])
def test_no_report_of_it_is_learnt_from(name: str, reports: int) -> None:
    corpus = [report for part in (*SPLITS, FURTHER_REPORTS) for report in read_split(part)]
    unseen = list(read_split(ANNOTATIONS / f"{name}.txt"))
    assert len(unseen) == reports
    assert {r.id for r in unseen}.isdisjoint(r.id for r in corpus)
    assert {r.report.agency for r in unseen}.isdisjoint(r.report.agency for r in corpus)
    shared = own_words(unseen) & own_words(corpus)
    assert len(shared) <= 0.01 * len(own_words(unseen)), shared


@pytest.mark.parametrize("path", [FURTHER_REPORTS, ANNOTATIONS / "pitfalls.txt"], ids=lambda path: path.stem)
def test_reports_beside_the_splits_keep_the_guidelines_rules(path: Path) -> None:
    assert not check(read_corpus(path))


def test_what_is_learnt_further_is_in_no_split() -> None:
    further = {report.id for report in read_split(FURTHER_REPORTS)}
    assert further.isdisjoint(report.id for split in SPLITS for report in read_split(split))
