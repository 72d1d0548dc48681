"""Findings: what reports show together."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from test_search import I, O, P, report, run

from nlp.cli.findings import findings
from nlp.findings import Finding, Kind, Role, find
from nlp.findings.similarity import SAME
from nlp.index import Database, Indexer
from nlp.labels import Theme
from nlp.schema import to_json
from nlp.search import Filters
from nlp.search.semantic import add_vectors

pytest.importorskip("rapidfuzz")
pytest.importorskip("datasketch")

MEANINGS = ("人员", "人手", "更新", "培训", "网站")


class ByHand:
    """A vector with a dimension for each of MEANINGS that a text names; 人手 means what 人员 does."""

    def encode(self, texts: list[str]) -> np.ndarray:
        rows = np.full((len(texts), 64), 0.01, dtype=np.float32)
        for row, text in zip(rows, texts, strict=True):
            for i, meaning in enumerate(MEANINGS):
                row[max(i, 1)] += meaning in text
        unit: np.ndarray = rows / np.linalg.norm(rows, axis=1, keepdims=True)
        return unit


SHARED = "政务公开工作人员业务水平有待进一步提高，"
REPORTS = [
    report("a20.txt", [(P, "一是人员不足。"), (P, "二是更新太慢。"), (I, "将增加人员。")], "甲县财政局", 2020),
    report("a21.txt", [(P, "1.人手太少。"), (I, "将开展培训。")], "甲县财政局", 2021),
    report("a23.txt", [(P, "一是人手太少！"), (P, "二是更新太慢；")], "甲县财政局", 2023),
    report("b21.txt", [(P, "人员不足。"), (P, SHARED), (I, "将增加人员。")], "乙县财政局", 2021, region="甘肃省"),
    report("c21.txt", [(P, "二是" + SHARED)], "丙县财政局", 2021),
    report("d21.txt", [(P, SHARED.replace("，", "。"))], "丁县财政局", 2021, Theme.GENERAL),
    report("e21.txt", [(O, "无。")], "戊县财政局", 2021),
]  # fmt: skip


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    with Database.open(tmp_path_factory.mktemp("findings") / "f.db") as opened:
        list(Indexer(opened).add(REPORTS))
        list(add_vectors(opened.connection, ByHand(), ["problem", "improvement"]))
        yield opened


def texts(findings: Iterator[Finding]) -> set[tuple[str, ...]]:
    return {tuple(f"{e.year} {e.text}" for e in finding.evidence) for finding in findings}


def test_repeated_word_for_word_or_in_other_words_in_the_next_report(database: Database) -> None:
    assert texts(find(database, Kind.REPEATED)) == {
        ("2020 一是人员不足。", "2021 1.人手太少。"),
        ("2021 1.人手太少。", "2023 一是人手太少！"),
    }


def test_unkept_is_met_by_a_promise_and_back_the_year_after(database: Database) -> None:
    (finding,) = find(database, Kind.UNKEPT)
    assert [(e.role, e.text) for e in finding.evidence] == [
        (Role.PROBLEM, "一是人员不足。"), (Role.PROMISE, "将增加人员。"), (Role.AGAIN, "1.人手太少。")
    ]  # fmt: skip


def test_unanswered_is_what_no_improvement_of_the_report_meets(database: Database) -> None:
    found = texts(find(database, Kind.UNANSWERED))
    assert ("2020 二是更新太慢。",) in found
    assert ("2023 一是人手太少！",) in found
    assert ("2020 一是人员不足。",) not in found


def test_boilerplate_is_shared_by_three_agencies_whatever_opens_and_closes_it(database: Database) -> None:
    (finding,) = find(database, Kind.BOILERPLATE)
    assert {e.agency for e in finding.evidence} == {"乙县财政局", "丙县财政局", "丁县财政局"}
    assert finding.score == 3


def test_boilerplate_is_found_by_any_of_the_agencies_that_share_it(database: Database) -> None:
    numbers = [
        len(list(find(database, Kind.BOILERPLATE, Filters(agency=agency))))
        for agency in ("乙县", "丙县", "丁县", "甲县")
    ]
    assert numbers == [1, 1, 1, 0]


def test_silent_is_a_report_that_names_no_problem(database: Database) -> None:
    (finding,) = find(database, Kind.SILENT)
    assert (finding.evidence[0].agency, finding.evidence[0].text) == ("戊县财政局", "无。")


@pytest.mark.parametrize(
    ("filters", "count"),
    [
        (Filters(years=(2023, 2023)), 1),
        (Filters(agency="甲县"), 2),
        (Filters(region="甘肃"), 0),
        (Filters(themes=(Theme.GENERAL,)), 0),
    ],
)
def test_filters_say_which_findings(database: Database, filters: Filters, count: int) -> None:
    assert len(list(find(database, Kind.REPEATED, filters))) == count


def test_without_vectors_words_and_themes_decide(tmp_path: Path) -> None:
    with Database.open(tmp_path / "plain.db") as opened:
        list(Indexer(opened).add(REPORTS))
        assert texts(find(opened, Kind.REPEATED)) == {("2021 1.人手太少。", "2023 一是人手太少！")}
        assert ("2020 一是人员不足。",) not in texts(find(opened, Kind.UNANSWERED))


def test_the_command_writes_every_finding_with_its_evidence(tmp_path: Path) -> None:
    lines = tmp_path / "tagged.jsonl"
    lines.write_text(
        "\n".join(json.dumps(to_json(one), ensure_ascii=False) for one in REPORTS), encoding="utf-8"
    )
    path = tmp_path / "f.db"
    assert run("index", path, lines, "--no-semantic", "-q").returncode == 0
    done = run("findings", path, "--kind", "repeated,未列问题的报告", "--methods")
    found: list[dict[str, object]] = [json.loads(line) for line in done.stdout.splitlines()]
    assert [one["kind"] for one in found] == ["repeated", "silent"]
    assert str(SAME) in done.stderr
    table = tmp_path / "f.csv"
    assert run("findings", path, "-o", table).returncode == 0
    assert "甲县财政局" in table.read_text(encoding="utf-8-sig")
    assert run("findings", path, "-o", "-", "-f", "csv").stdout == table.read_text(encoding="utf-8")
    assert run("findings", path, "--kind", "weather").returncode == 2


def test_how_findings_are_decided_is_told_without_a_database() -> None:
    told = run("findings", "--methods")
    assert told.returncode == 0
    assert len(told.stdout.splitlines()) == len(Kind)
    without = run("findings")
    assert without.returncode == 2
    assert "gongkai findings reports.db" in without.stderr


def test_help_calls_every_kind_by_the_name_that_kind_takes() -> None:
    told = findings.__doc__ or ""
    assert all(f"**{kind}** {kind.chinese}:" in told for kind in Kind)
