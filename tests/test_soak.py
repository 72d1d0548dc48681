"""The soak, on a few reports."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

import models
from eval import soak
from nlp.inputs import expand
from nlp.reading import read
from nlp.structure import parse


def test_invented_reports_differ_and_are_read_in_every_format(tmp_path: Path) -> None:
    soak.write_all(tmp_path, 30)
    files = expand([str(tmp_path)])
    assert len(files) == 30
    reports = [parse(read(file)) for file in files]
    assert len({tuple(section.text for section in report.sections) for report in reports}) == 30
    assert sum(len(report.sections) for report in reports) >= 3 * len(reports)


@pytest.mark.slow
@pytest.mark.skipif(models.DEFAULT not in models.available(), reason="no default model is there")
def test_sixty_reports() -> None:
    shown = soak.soak(60, sampled=10)
    assert shown.reports == 60
    assert shown.rate > 0
    assert "60 reports in" in str(shown)
    assert "the model alone" in str(shown)
    if sys.platform.startswith("linux"):
        assert shown.peak_bytes is not None
        assert shown.early_bytes is not None
        assert 50 * 2**20 < shown.early_bytes <= shown.peak_bytes
