"""The page in a real browser: Debian's chromium, driven by Playwright. Skipped where either is missing."""

from __future__ import annotations

import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from test_findings import REPORTS
from test_search import A, B

from nlp.index import Database, Indexer

playwright = pytest.importorskip("playwright.sync_api")
pytest.importorskip("uvicorn")
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no chromium here: apt-get install chromium")


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    path = tmp_path_factory.mktemp("browser") / "b.db"
    with Database.open(path) as database:
        list(Indexer(database).add([A, B, *REPORTS]))
        database.settle()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = subprocess.Popen([sys.executable, "-m", "nlp", "serve", str(path), "--port", str(port)])
    for _ in range(100):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                break
        time.sleep(0.1)
    yield f"http://127.0.0.1:{port}"
    server.terminate()
    server.wait()


@pytest.fixture(scope="module")
def browser() -> Iterator[object]:
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def page(browser: object, address: str) -> Iterator[object]:
    context = browser.new_context(accept_downloads=True, viewport={"width": 360, "height": 740})  # type: ignore[attr-defined]
    page = context.new_page()
    said: list[str] = []
    page.on(
        "console", lambda message: said.append(message.text) if message.type in ("error", "warning") else None
    )
    page.on("pageerror", lambda fault: said.append(str(fault)))
    page.goto(address)
    yield page
    context.close()
    assert said == []


def test_search_filter_and_read(page: playwright.Page) -> None:
    page.get_by_label("检索词").fill("人员")
    page.get_by_role("button", name="检索").click()
    page.wait_for_selector("mark")
    assert "人员" in page.locator("mark").first.inner_text()
    page.locator('[data-facet="year"][data-value="2023"]').click()
    page.wait_for_url("**year=2023**")
    assert page.locator("#results").inner_text() == "1 条语句"
    page.locator(".hits a").first.click()
    page.wait_for_selector("article h1")
    assert page.locator(".statement:target").inner_text() == "人员流动大"


def test_a_problem_leads_to_its_improvement(page: playwright.Page) -> None:
    page.get_by_label("检索词").fill("“一是人员不足”")
    page.get_by_role("button", name="检索").click()
    page.wait_for_selector("mark")
    page.locator(".hits a").first.click()
    page.wait_for_selector("a.answer")
    page.locator("a.answer").first.click()
    page.wait_for_selector(".improvement.statement:target")
    assert page.locator(".statement:target").inner_text() == "将增加人员。"


def test_downloads(page: playwright.Page, tmp_path: Path) -> None:
    for name in ("CSV", "Excel"):
        with page.expect_download() as waiting:
            page.get_by_role("link", name=name).click()
        target = tmp_path / name
        waiting.value.save_as(target)
        assert target.stat().st_size > 100


def test_findings_and_charts(page: playwright.Page) -> None:
    page.get_by_role("link", name="概览").click()
    page.wait_for_url("**/overview", wait_until="load")
    assert page.evaluate("[...document.images].every(image => image.complete && image.naturalWidth > 0)")
    page.get_by_role("link", name="屡次出现的问题").click()
    page.wait_for_selector("dl")
    assert "一是人手太少！" in page.locator("dl").inner_text()


def test_nothing_is_wider_than_a_phone(page: playwright.Page, address: str) -> None:
    for path in ("/", "/?q=人员", "/report/1", "/overview", "/findings/repeated"):
        page.goto(address + path)
        assert page.evaluate("document.documentElement.scrollWidth") <= 360


def test_the_keyboard_reaches_the_search_first(page: playwright.Page) -> None:
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.id") == "q"
