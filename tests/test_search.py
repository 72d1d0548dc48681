"""Index and search: what goes in once stays once, and what is there is found."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nlp.errors import DatabaseError
from nlp.index import Added, Database, Indexer
from nlp.index.agency import agency_key
from nlp.index.tokens import tokens
from nlp.labels import Category, Level, SectionKind, Theme
from nlp.report import Report, Section, Statement
from nlp.schema import to_json
from nlp.search import Filters, Method, Query, Searcher
from nlp.search.coverage import coverage
from nlp.search.fusion import fuse
from nlp.search.hits import fetch
from nlp.search.query import And, Node, Not, Or, Phrase
from nlp.search.searcher import Facet
from nlp.search.semantic import Semantic, add_vectors, pack, quantize

ALL = Filters(categories=())
P, I, O = Category.PROBLEM, Category.IMPROVEMENT, Category.OTHER  # noqa: E741


def report(
    source: str,
    statements: list[tuple[Category, str]],
    agency: str | None = "河南省安阳市北关区财政局",
    year: int | None = 2021,
    theme: Theme = Theme.STAFFING,
    region: str | None = "河南省",
) -> Report:
    text = "".join(text for _, text in statements)
    made, start = [], 0
    for category, words in statements:
        themes = {theme: 0.9} if category.has_themes else {}
        made.append(Statement(words, start, start + len(words), category, {category: 0.8}, themes))
        start += len(words)
    section = Section(SectionKind.PROBLEMS, text, "五", "存在的主要问题及改进情况", statements=tuple(made))
    return Report(source, f"{year}年报告", agency, year, Level.COUNTY, region, (section,), (), "m 1")


A = report(
    "a.txt",
    [(O, "存在以下问题："), (P, "一是专职人员不足。"), (P, "二是更新不及时；"), (I, "下一步将增加人员。")],
)
B = report(
    "b.txt",
    [(P, "公开平台APP利用率低。"), (P, "人员流动大")],
    "甘肃省甲县乙镇人民政府",
    2023,
    Theme.CHANNELS,
    "甘肃省",
)


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    with Database.open(tmp_path / "reports.db") as opened:
        list(Indexer(opened).add([A, B]))
        yield opened


def found(database: Database, query: str, filters: Filters = ALL) -> set[str]:
    return {hit.text for hit in Searcher(database).search(Query.parse(query), filters).hits}


# ---- what is there is found


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("员", {"一是专职人员不足。", "下一步将增加人员。", "人员流动大"}),
        ("大", {"人员流动大"}),
        ("人员", {"一是专职人员不足。", "下一步将增加人员。", "人员流动大"}),
        ("专职人员不足", {"一是专职人员不足。"}),
        ("app", {"公开平台APP利用率低。"}),
        ("ＡＰＰ利用率", {"公开平台APP利用率低。"}),
        ("人员 不足", {"一是专职人员不足。"}),
        ('"人员不足"', {"一是专职人员不足。"}),
        ("“员 大”", set()),
        ("人员 OR 更新", {"一是专职人员不足。", "下一步将增加人员。", "人员流动大", "二是更新不及时；"}),
        ("人员 NOT 专职", {"下一步将增加人员。", "人员流动大"}),
        ("人员 -专职 -(下一步 AND 增加)", {"人员流动大"}),
        ("(专职 OR 流动) 人员", {"一是专职人员不足。", "人员流动大"}),
        ("NOT 人员", {"存在以下问题：", "二是更新不及时；", "公开平台APP利用率低。"}),
        ("没有这个词", set()),
    ],
)
def test_words_phrases_and_operators(database: Database, query: str, expected: set[str]) -> None:
    assert found(database, query) == expected


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        (Filters(), {"一是专职人员不足。", "人员流动大"}),
        (Filters(categories=(I,)), {"下一步将增加人员。"}),
        (Filters((), years=(2022, None)), {"人员流动大"}),
        (Filters((), years=(2020, 2021)), {"一是专职人员不足。", "下一步将增加人员。"}),
        (Filters((), years=(1990, 1999)), set()),
        (Filters((), region="甘肃"), {"人员流动大"}),
        (Filters((), region="山东"), set()),
        (Filters((), agency="乙镇"), {"人员流动大"}),
        (Filters((), agency="丙镇"), set()),
        (Filters((), levels=(Level.CITY,)), set()),
        (Filters((), themes=(Theme.CHANNELS,)), {"人员流动大"}),
        (Filters((), min_confidence=0.9), set()),
    ],
)
def test_filters(database: Database, filters: Filters, expected: set[str]) -> None:
    assert found(database, "人员", filters) == expected


def test_the_words_that_were_asked_for_are_marked(database: Database) -> None:
    (hit,) = Searcher(database).search(Query.parse("ａｐｐ 利用 -人员"), ALL).hits
    assert [hit.text[a:b] for a, b in hit.highlights] == ["APP利用"]


def test_a_hit_comes_with_its_neighbours_and_its_place(database: Database) -> None:
    (hit,) = Searcher(database).search(Query.parse("更新"), ALL, context=True).hits
    assert (hit.before, hit.after) == ("一是专职人员不足。", "下一步将增加人员。")
    assert A.sections[0].text[hit.start : hit.end] == hit.text
    (first,) = Searcher(database).search(Query.parse("存在以下"), ALL, context=True).hits
    assert first.before is None


def test_pages_are_stable_and_lose_nothing(database: Database) -> None:
    searcher, query = Searcher(database), Query.parse("人员")
    whole = searcher.search(query, ALL, limit=10)
    pages = [searcher.search(query, ALL, limit=1, offset=i).hits[0] for i in range(3)]
    assert tuple(pages) == whole.hits
    assert whole.total == 3


def test_no_words_list_all_that_the_filters_let_through(database: Database) -> None:
    page = Searcher(database).search(Query.parse(" ，"), Filters())
    assert [hit.year for hit in page.hits] == [2023, 2023, 2021, 2021]
    assert page.total == 4


def test_counts_by_facet(database: Database) -> None:
    searcher, query = Searcher(database), Query.parse("人员")
    assert searcher.count_by(Facet.YEAR, query, ALL) == [(2021, 2), (2023, 1)]
    assert searcher.count_by(Facet.CATEGORY, query, ALL) == [("problem", 2), ("improvement", 1)]
    assert searcher.count_by(Facet.THEME, query, ALL) == [("staffing", 2), ("channels", 1)]
    assert searcher.count_by(Facet.AGENCY, query, Filters()) == [
        ("河南省安阳市北关区财政局", 1), ("甘肃省甲县乙镇人民政府", 1)
    ]  # fmt: skip


# ---- the query language


QUERY_TEXT = st.text(st.sampled_from("公开人员a1 \"“”()（）-ANDORT，*:^{}'\\;%"), max_size=40)


@given(st.lists(QUERY_TEXT, max_size=4).map(" ".join))
@settings(max_examples=300, deadline=None)
def test_whatever_is_typed_is_a_query(text: str) -> None:
    with Database.open(":memory:") as database:
        list(Indexer(database).add([A]))
        Searcher(database).search(Query.parse(text), ALL)


def test_the_tree_of_a_query() -> None:
    def tree(text: str) -> Node | None:
        return Query.parse(text).tree

    a, b, c = Phrase("甲"), Phrase("乙 丙"), Phrase("丁")
    assert tree('甲 "乙 丙"') == tree("甲 AND “乙 丙”") == And((a, b))
    assert tree("甲 OR 丁 “乙 丙”") == Or((a, And((c, b))))
    assert tree("甲 NOT (丁 OR “乙 丙”") == And((a, Not(Or((c, b)))))
    assert tree("-甲") == Not(a)
    assert tree("OR AND () 。") is None
    assert tree("(" * 5000 + "甲" + ")" * 5000) in (None, a)


WORDS = st.text(st.sampled_from("公开人员不足更新ABc12 ，。"), min_size=1, max_size=12)


@given(st.lists(WORDS, min_size=1, max_size=6), st.data())
@settings(max_examples=100, deadline=None)
def test_every_part_of_a_run_of_characters_is_found(texts: list[str], data: st.DataObject) -> None:
    """A search for a stretch of Chinese characters finds what a scan of all texts finds."""
    with Database.open(":memory:") as database:
        list(Indexer(database).add([report("x", [(P, text) for text in texts])]))
        asked = data.draw(st.text(st.sampled_from("公开人员不足更新"), min_size=1, max_size=3))
        scanned = {text for text in texts if asked in text}
        assert found(database, asked) == scanned


def test_tokens_begin_once_at_every_character() -> None:
    assert list(tokens("公开ＡＰＰ-2021年 大")) == ["公开", "开", "app", "2021", "年", "大"]


# ---- what goes in once stays once


def contents(database: Database) -> list[tuple[object, ...]]:
    sql = (
        'SELECT r.source, s.start, s.category, s.themes, substr(c.text, s.start + 1, s."end" - s.start) FROM statements s '
        "JOIN sections c ON c.id = s.section_id JOIN reports r ON r.id = s.report_id ORDER BY 1, 2"
    )
    return [tuple(row) for row in database.connection.execute(sql)]


def test_adding_again_changes_nothing(database: Database) -> None:
    before = contents(database)
    assert [added for _, added in Indexer(database).add([A, B])] == [Added.UNCHANGED] * 2
    assert contents(database) == before


def test_the_same_report_from_another_file_changes_nothing(database: Database) -> None:
    assert [added for _, added in Indexer(database).add([replace(A, source="copy.pdf")])] == [Added.UNCHANGED]


def test_a_new_version_of_a_file_takes_its_place(database: Database) -> None:
    new = report("a.txt", [(P, "完全不同的问题。")])
    assert [added for _, added in Indexer(database).add([new])] == [Added.REPLACED]
    assert found(database, "专职") == set()
    assert found(database, "完全不同") == {"完全不同的问题。"}


def test_a_file_of_the_same_name_does_not_take_the_place_of_another_agencys_report(
    database: Database,
) -> None:
    theirs = report("a.txt", [(P, "车辆老旧。")], agency="甘肃省丙县财政局")
    last_years = report("a.txt", [(P, "经费紧张。")], year=2020)
    assert [added for _, added in Indexer(database).add([theirs, last_years])] == [Added.NEW] * 2
    assert found(database, "专职 OR 车辆 OR 经费") == {"一是专职人员不足。", "车辆老旧。", "经费紧张。"}


def test_a_report_whose_agency_is_told_better_takes_its_own_place(database: Database) -> None:
    statements = [(s.category, s.text) for s in A.statements()]
    assert [added for _, added in Indexer(database).add([report("a.txt", statements, agency="财政所")])] == [
        Added.REPLACED
    ]


def test_a_corrected_report_of_the_same_agency_and_year_takes_its_place(database: Database) -> None:
    statements = [(s.category, s.text) for s in A.statements()]
    new = report("elsewhere.pdf", [*statements, (O, "特此报告。")], agency="安阳市北关区财政局")
    assert [added for _, added in Indexer(database).add([new])] == [Added.REPLACED]
    assert found(database, "专职") == {"一是专职人员不足。"}


def test_another_report_of_the_same_agency_and_year_stays_beside_it(database: Database) -> None:
    other = report("other.txt", [(P, "车辆老旧。")])
    assert [added for _, added in Indexer(database).add([other])] == [Added.NEW]
    assert found(database, "专职 OR 车辆") == {"一是专职人员不足。", "车辆老旧。"}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("北关区红旗路街道办事处", "安阳市北关区人民政府红旗路街道办事处"),
        ("北关区红旗路街道办事处", "河南省安阳市北关区红旗路街道"),
        ("吴兴区织里镇人民政府", "湖州市吴兴区织里镇"),
        ("安阳市 财政局", "安阳市财政局（本级）"),
        ("安阳市政府", "安阳市人民政府"),
    ],
)
def test_spellings_of_one_agency(one: str, other: str) -> None:
    assert agency_key(one) == agency_key(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("福州市鼓楼区财政局", "南京市鼓楼区财政局"),
        ("安阳市财政局", "安阳市民政局"),
        ("安阳市人民政府", "安阳市北关区人民政府"),
        ("甲县城关镇人民政府", "乙县城关镇人民政府"),
        ("石家庄市桥西区财政局", "张家口市桥西区财政局"),
        ("北京市朝阳区财政局", "吉林省长春市朝阳区财政局"),
    ],
)
def test_agencies_that_are_not_one(one: str, other: str) -> None:
    assert agency_key(one) != agency_key(other)


# ---- nothing is lost


def test_a_kill_at_any_moment_leaves_a_whole_database_that_a_second_run_completes(tmp_path: Path) -> None:
    lines = tmp_path / "tagged.jsonl"
    reports = [
        report(f"{i}.txt", [(P, f"第{i}号问题，人员不足。"), (I, f"第{i}号措施。")], f"甲县第{i}局")
        for i in range(3000)
    ]
    lines.write_text(
        "".join(json.dumps(to_json(r), ensure_ascii=False) + "\n" for r in reports), encoding="utf-8"
    )
    path = tmp_path / "killed.db"
    command = [sys.executable, "-m", "nlp", "index", str(path), str(lines), "--no-semantic", "--quiet"]
    draw = random.Random(7)
    killed = 0
    for _ in range(10):
        process = subprocess.Popen(command)
        time.sleep(draw.uniform(0.2, 1.0))
        killed += process.poll() is None
        process.send_signal(signal.SIGKILL if os.name == "posix" else signal.SIGTERM)
        process.wait()
        if path.exists() and path.stat().st_size:
            with Database.open(path) as database:
                assert database.connection.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
                (count,) = database.connection.execute("SELECT count(*) FROM statements").fetchone()
                assert count == Searcher(database).count(Query.parse(""), ALL)
    assert killed
    assert subprocess.run(command).returncode == 0
    with Database.open_readonly(path) as database:
        assert len(contents(database)) == 6000
        assert Searcher(database).count(Query.parse("人员不足"), ALL) == 3000


def test_what_is_no_database_of_ours_is_refused(tmp_path: Path) -> None:
    import sqlite3

    other, text = tmp_path / "other.db", tmp_path / "text.db"
    with sqlite3.connect(other) as connection:
        connection.execute("CREATE TABLE mine (x)")
    text.write_text("这不是数据库，" * 200, encoding="utf-8")
    for path in (other, text, tmp_path / "missing.db"):
        with pytest.raises(DatabaseError, match=path.name):
            Database.open_readonly(path)
    for path in (other, text, tmp_path, tmp_path / "no" / "such.db"):
        with pytest.raises(DatabaseError):
            Database.open(path)
    with sqlite3.connect(other) as connection:
        assert [row[0] for row in connection.execute("SELECT name FROM sqlite_schema")] == ["mine"]


def test_a_reader_can_change_nothing(database: Database) -> None:
    import sqlite3

    with (
        Database.open_readonly(database.path) as reader,
        pytest.raises(sqlite3.OperationalError, match="readonly"),
    ):
        reader.connection.execute("DELETE FROM reports")


def test_hostile_text_is_only_text(tmp_path: Path) -> None:
    hostile = "'); DROP TABLE reports; -- \" * NEAR( facets : 人员"
    with Database.open(tmp_path / "h.db") as database:
        list(Indexer(database).add([report("h", [(P, hostile)], agency=hostile, region=hostile)]))
        assert found(database, hostile, Filters(region=hostile, agency=hostile)) == {hostile}
        assert found(database, "'; DROP TABLE words; --", Filters(agency="x' OR 1=1 --")) == set()
        assert len(contents(database)) == 1


# ---- meaning


class Toy:
    """Vectors that are signs of a text's characters: texts that share characters are near."""

    def encode(self, texts: object) -> np.ndarray:
        rows = []
        for text in texts:  # type: ignore[attr-defined]
            row = np.zeros(64, dtype=np.float32) - 0.01
            for ch in str(text):
                row += np.random.default_rng(ord(ch)).standard_normal(64).astype(np.float32)
            rows.append(row / np.linalg.norm(row))
        return np.stack(rows)


@pytest.fixture
def meaning(database: Database) -> Semantic:
    assert sum(add_vectors(database.connection, Toy(), ["problem", "improvement"])) == 5
    return Semantic(database.connection, Toy())


def test_meaning_ranks_the_nearest_first_within_the_filters(database: Database, meaning: Semantic) -> None:
    searcher = Searcher(database, meaning)
    page = searcher.search(Query.parse("足不员人职专"), Filters(), method=Method.SEMANTIC)
    assert page.hits[0].text == "一是专职人员不足。"
    assert {hit.category for hit in page.hits} == {P}
    none = searcher.search(Query.parse("人员"), Filters(years=(1990, 1990)), method=Method.SEMANTIC)
    assert none.hits == ()


def test_the_hybrid_has_what_either_finds(database: Database, meaning: Semantic) -> None:
    searcher = Searcher(database, meaning)
    assert searcher.default_method is Method.HYBRID
    texts = [hit.text for hit in searcher.search(Query.parse("更新不及时"), Filters()).hits]
    assert texts[0] == "二是更新不及时；"
    assert found(database, "足不员人职专") == set()
    (hit, *_) = searcher.search(Query.parse("足不员人职专"), Filters()).hits
    assert hit.text == "一是专职人员不足。"
    counted = searcher.count_by(Facet.YEAR, Query.parse("足不员人职专"), Filters(), method=Method.HYBRID)
    assert dict(counted)[2021] >= 1


def test_vectors_go_with_their_report(database: Database, meaning: Semantic) -> None:
    list(Indexer(database).add([report("a.txt", [(P, "新。")])]))
    (left,) = database.connection.execute("SELECT count(*) FROM vectors").fetchone()
    assert left == 2
    assert sum(add_vectors(database.connection, Toy(), ["problem"])) == 1


def test_small_vectors_keep_the_order_of_large_ones() -> None:
    vectors = np.random.default_rng(1).standard_normal((200, 384)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    small = quantize(vectors).astype(np.float32)
    small /= np.linalg.norm(small, axis=1, keepdims=True)
    assert np.abs(small @ small.T - vectors @ vectors.T).max() < 0.01
    assert pack(vectors).shape == (200, 6)


def test_fusion_adds_what_is_said_and_what_is_meant() -> None:
    ranked = fuse({1: 0.5, 2: 0.3, 4: 0.1}, {2: 0.4, 3: 0.5, 4: 0.01, 5: -0.2})
    assert [id for id, _ in ranked] == [2, 1, 3]
    assert ranked[0][1] == pytest.approx(0.7)


def test_coverage_is_the_share_of_what_the_pairs_of_a_query_tell() -> None:
    among = np.array([1, 2, 5, 9])
    held = {"人员": [1, 2, 5, 9], "不足": [2, 7], "流动": [5], "更新": []}

    def shares(query: str) -> list[float]:
        pairs = Query.parse(query).pairs()
        return coverage(among, pairs, lambda pair, limit: held[pair.text][:limit]).tolist()

    assert shares("流动") == [0, 0, 1, 0]
    assert shares("更新") == [0, 0, 0, 0]
    assert coverage(np.array([], dtype=np.int64), Query.parse("流动").pairs(), lambda *_: []).tolist() == []
    few, both, other, _ = shares("人员 不足")
    assert few == other and few < 0.1, "what all statements hold tells next to nothing"
    assert both == 1, "whatever stands between them"


def test_the_hybrid_finds_a_question_by_some_of_its_pairs(database: Database, meaning: Semantic) -> None:
    searcher = Searcher(database, meaning)
    asked = Query.parse("哪些单位的APP利用率上不去？")
    assert found(database, asked.text) == set()
    assert searcher.search(asked, Filters()).hits[0].text == "公开平台APP利用率低。"


def test_what_a_query_bars_is_not_found_by_its_meaning_either(database: Database, meaning: Semantic) -> None:
    searcher = Searcher(database, meaning)
    for method in (Method.SEMANTIC, Method.HYBRID):
        texts = {
            hit.text for hit in searcher.search(Query.parse("人员 -专职"), Filters(), method=method).hits
        }
        assert "人员流动大" in texts
        assert "一是专职人员不足。" not in texts
    barred = searcher.search(Query.parse("NOT 人员"), Filters())
    assert {hit.text for hit in barred.hits} == {"二是更新不及时；", "公开平台APP利用率低。"}


# ---- the command line


def run(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "nlp", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, encoding="utf-8")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("made")
    lines = directory / "tagged.jsonl"
    good = [json.dumps(to_json(one), ensure_ascii=False) for one in (A, B)]
    lines.write_text("\n".join([good[0], "{not json", '{"schema": "gongkai/0"}', good[1]]), encoding="utf-8")
    done = run("index", directory / "made.db", lines, Path("nlp/samples/report-2021-beiguan.txt").absolute())
    assert done.returncode == 1, done.stderr
    assert "tagged.jsonl:2" in done.stderr
    assert "tagged.jsonl:3" in done.stderr
    assert "3 new" in done.stderr
    return directory / "made.db"


def test_search_prints_json_lines_in_a_pipe(made: Path) -> None:
    done = run(
        "search", made, "专职人员", "--keyword", "--year", "2021-2022", "--region", "河南", "--context"
    )
    hits = [json.loads(line) for line in done.stdout.splitlines()]
    assert [hit["text"] for hit in hits if hit["source"] == "a.txt"] == ["一是专职人员不足。"]
    assert hits[0]["highlights"]


def test_search_by_meaning_finds_other_words(made: Path) -> None:
    done = run("search", made, "缺人手", "--semantic", "--limit", "3")
    assert "一是专职人员不足。" in done.stdout


def test_confidences_have_the_decimals_of_tagged_reports(made: Path) -> None:
    done = run("search", made, "--category", "all", "--limit", "100")
    found = [json.loads(line)["confidence"] for line in done.stdout.splitlines()]
    assert len(found) > 10
    assert found == [round(confidence, 4) for confidence in found]


def test_search_writes_spreadsheets(made: Path, tmp_path: Path) -> None:
    table, book = tmp_path / "hits.csv", tmp_path / "hits.xlsx"
    assert run("search", made, "人员", "-o", table).returncode == 0
    assert table.read_text(encoding="utf-8").startswith("\ufeff年份,机关")
    assert run("search", made, "人员", "-o", book).returncode == 0
    assert book.read_bytes().startswith(b"PK")


def test_search_counts(made: Path) -> None:
    done = run("search", made, "--count-by", "theme,year", "--format", "csv")
    assert "year,2023,2" in done.stdout


@pytest.mark.parametrize(
    ("arguments", "status", "said"),
    [
        (["missing.db", "人员"], 23, "gongkai index"),
        (["{made}", "人员", "--year", "二〇二一"], 2, "2019-2023"),
        (["{made}", "人员", "--theme", "weather"], 2, "staffing"),
        (["{made}", "人员", "--semantic", "--keyword"], 2, "one of them"),
        (["{made}", "人员", "--format", "xlsx"], 2, "--output"),
    ],
)
def test_what_cannot_be_searched_is_said(made: Path, arguments: list[str], status: int, said: str) -> None:
    done = run("search", *(argument.format(made=made) for argument in arguments))
    assert done.returncode == status
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_the_database_is_named_before_the_reports(tmp_path: Path) -> None:
    done = run("index", tmp_path, tmp_path / "reports.db")
    assert done.returncode == 2
    assert "the first argument is the database" in done.stderr


def test_where_a_question_stands_nowhere_in_a_row_its_pairs_of_characters_are_marked(tmp_path: Path) -> None:
    path = tmp_path / "marks.db"
    with Database.open(path) as database:
        list(Indexer(database).add([A, B]))
        database.settle()
        query = Query.parse("为什么人员总是流动")
        ranked = [
            (row[0], 1.0) for row in database.connection.execute("SELECT id FROM statements ORDER BY id")
        ]
        marked = {
            hit.text: [hit.text[a:b] for a, b in hit.highlights]
            for hit in fetch(database.connection, ranked, query)
        }
    assert marked["人员流动大"] == ["人员流动"]
    assert marked["一是专职人员不足。"] == ["人员"]
