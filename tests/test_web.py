"""The page: what it shows, what it refuses, and that text stays text."""

from __future__ import annotations

import json
import re
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from lxml import html
from test_findings import REPORTS, ByHand
from test_search import A, B, I, P, report, run

pytest.importorskip("starlette")
pytest.importorskip("pygal")
from starlette.testclient import TestClient

from nlp.findings import Kind
from nlp.index import Database, Indexer
from nlp.report import Report
from nlp.schema import to_json
from nlp.search.semantic import add_vectors
from nlp.web import create

HOSTILE = "<script>alert(1)</script>'\"><img src=x onerror=alert(2)>{{7*7}}"
CELL = '=HYPERLINK("http://x","人员")'


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("web") / "w.db"
    hostile = report("h.txt", [(P, HOSTILE), (P, CELL)], agency=HOSTILE, year=2022, region=HOSTILE)
    with Database.open(path) as database:
        list(Indexer(database).add([A, B, *REPORTS, hostile]))
        list(add_vectors(database.connection, ByHand(), ["problem", "improvement"]))
        database.settle()
    return path


@pytest.fixture(scope="module")
def page(path: Path) -> Iterator[TestClient]:
    with TestClient(create(path, ByHand()), raise_server_exceptions=False) as client:
        yield client


def test_the_search_page_shows_hits_with_marks_and_facets(page: TestClient) -> None:
    text = page.get("/", params={"q": "专职人员"}).text
    assert "<mark>专职人员</mark>不足" in text
    assert 'data-facet="year" data-value="2021"' in text
    assert "存在问题" in text


def test_facets_narrow_what_is_found(page: TestClient) -> None:
    text = page.get("/", params={"q": "人员", "year": "2023"}).text
    shown = re.sub("<[^>]+>", "", text.split('id="results"')[1])
    assert "人员流动大" in shown
    assert "专职人员" not in shown
    improvements = page.get("/", params={"q": "人员", "category": "improvement"}).text
    assert "下一步将增加<mark>人员</mark>。" in improvements


def test_what_is_added_meanwhile_is_found_and_what_is_replaced_is_not(tmp_path: Path) -> None:
    path = tmp_path / "growing.db"

    def add(*reports: Report) -> None:
        with Database.open(path) as database:
            list(Indexer(database).add(reports))
            list(add_vectors(database.connection, ByHand(), ["problem", "improvement"]))

    add(A, B)
    with TestClient(create(path, ByHand())) as client:
        assert "专职" in client.get("/", params={"q": "人员"}).text
        before = client.get("/findings/repeated").text
        add(*REPORTS, report("a.txt", [(P, "一是人员全无。")], agency=A.agency))
        after = client.get("/", params={"q": "人员"}).text
        assert "专职" not in after
        assert "全无" in after
        assert client.get("/findings/repeated").text != before


def test_every_link_of_every_page_leads_somewhere(page: TestClient) -> None:
    seen, waiting = set[str](), ["/", "/?q=人员&agency=甲县"]
    while waiting and len(seen) < 150:
        address = waiting.pop(0)
        if address in seen:
            continue
        seen.add(address)
        answer = page.get(address)
        assert answer.status_code == 200, address
        if "html" in answer.headers["content-type"]:
            found = re.findall(r'(?:href|src)="(/[^"#]*)', answer.text)
            waiting += [link.replace("&amp;", "&") for link in found]
    assert len(seen) > 40


def test_a_report_links_its_problems_to_what_answers_them(page: TestClient) -> None:
    listed = page.get("/", params={"q": "一是人员不足", "agency": "甲县财政局"}).text
    address, anchor = re.findall(r'href="(/report/\d+)#(s\d+)"', listed)[0]
    text = page.get(address).text
    assert f'id="{anchor}"' in text
    answer = re.search(r'<a class="answer" href="#(s\d+)"', text)
    assert answer is not None
    assert re.search(rf'id="{answer[1]}"[^>]*>将增加人员。', text)
    assert "未见改进" in text


@pytest.mark.parametrize("kind", list(Kind))
def test_findings_are_shown_and_downloaded(page: TestClient, kind: Kind) -> None:
    assert kind.chinese in page.get(f"/findings/{kind}").text
    table = page.get(f"/findings/{kind}/all.csv")
    assert table.text.startswith("\ufeff类型")
    assert len(table.text.splitlines()) > 1
    assert page.get(f"/findings/{kind}/all.xlsx").content.startswith(b"PK")


def test_results_are_downloaded_whole_and_harmless(page: TestClient) -> None:
    answer = page.get("/download.csv", params={"q": "人员"})
    assert "attachment" in answer.headers["content-disposition"]
    assert "专职人员不足" in answer.text
    assert "\"'=HYPERLINK" in answer.text
    assert page.get("/download.xlsx", params={"q": "人员"}).content.startswith(b"PK")


@pytest.mark.parametrize(
    "address", ["/", "/?q=alert", "/overview", "/findings/unanswered", "/?agency=script"]
)
def test_hostile_text_is_only_text(page: TestClient, address: str) -> None:
    text = page.get(address).text
    assert "<img src=x" not in text
    assert "<script>alert" not in text


@pytest.mark.parametrize(
    "query",
    [HOSTILE, "' OR 1=1 --", '"; DROP TABLE reports; --', "NEAR(", "*", "text:", "\x00", "🙂", "(" * 199],
)
def test_hostile_queries_find_what_they_say_or_nothing(page: TestClient, query: str) -> None:
    answer = page.get("/", params={"q": query, "agency": query, "region": query})
    assert answer.status_code == 200
    assert "<img src=x" not in answer.text
    assert page.get("/", params={"q": "专职"}).text.count("<mark>") >= 1


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("/?year=abc", 400),
        ("/?year=99999999999", 400),
        ("/?page=0", 400),
        ("/?page=-1", 400),
        ("/?theme=weather", 400),
        ("/?q=" + "长" * 300, 400),
        ("/report/999999", 404),
        ("/report/99999999999999999999999", 404),
        ("/report/x", 404),
        ("/findings/weather", 404),
        ("/download.exe", 404),
        ("/chart/x.svg", 404),
        ("/static/../application.py", 404),
        ("/static/%2e%2e/application.py", 404),
        ("/nothing", 404),
    ],
)
def test_what_means_nothing_is_said_in_chinese(page: TestClient, address: str, status: int) -> None:
    answer = page.get(address)
    assert answer.status_code == status
    assert re.search("[\u4e00-\u9fff]", answer.text)


def test_no_script_but_our_own_and_no_other_host(page: TestClient) -> None:
    answer = page.get("/")
    assert "script-src 'self'" in answer.headers["content-security-policy"]
    assert not re.search(r'(?:href|src)="https?:', answer.text)
    attributes = {name for tag in html.fromstring(answer.text).iter() for name in tag.attrib}
    assert "href" in attributes
    assert not any(name.startswith("on") or name == "style" for name in attributes)
    assert page.get("/", headers={"host": "evil.example"}).status_code == 400


def test_the_page_changes_nothing(page: TestClient, path: Path) -> None:
    before = path.read_bytes()
    for method in ("post", "put", "delete"):
        assert getattr(page, method)("/").status_code == 405
    page.get("/", params={"q": "人员"})
    assert path.read_bytes() == before


def test_serving_what_is_no_database_is_an_error(tmp_path: Path) -> None:
    done = run("serve", tmp_path / "none.db")
    assert done.returncode == 23
    assert "gongkai index" in done.stderr


def test_a_port_that_is_taken_is_said(path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        done = run("serve", path, "--port", str(taken.getsockname()[1]))
    assert done.returncode == 2
    assert "another program listens there" in done.stderr
    assert "http://" not in done.stderr, "no address where another program answers"


def test_reports_without_agency_and_year_are_shown(tmp_path: Path) -> None:
    bare = report("bare.txt", [(P, "人员不足。"), (I, "将增加。")], agency=None, year=None, region=None)
    with Database.open(tmp_path / "b.db") as database:
        list(Indexer(database).add([bare]))
    with TestClient(create(tmp_path / "b.db")) as client:
        assert "bare.txt" in client.get("/", params={"q": "人员"}).text
        assert client.get("/report/1").status_code == 200
        assert client.get("/overview").status_code == 200
        assert json.loads(json.dumps(to_json(bare)))["agency"] is None


def test_charts_are_pictures_with_text(page: TestClient) -> None:
    for name, word in (("themes", "队伍能力"), ("regions", "河南省")):
        answer = page.get(f"/chart/{name}.svg")
        assert answer.headers["content-type"] == "image/svg+xml"
        assert word in answer.text
        assert "<script" not in answer.text
