"""The page of an evaluation: everything in one file, every error in its context, whatever the text says."""

from __future__ import annotations

import re
import shutil
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from lxml import html
from test_eval import AllOther, Perfect

import eval.page
import nlp.cli.eval
import nlp.cli.eval_reports
from eval.calibration import gather, reliability, scale
from eval.evaluation import Evaluation, evaluate
from eval.page import About, calibration_curves, cells, in_context, render, write_page
from nlp.errors import UsageError
from nlp.labels import Category, Theme
from nlp.report import Section, Statement
from training.annotation import parse, read_split

ABOUT = About("default", "dev", 0.7, resamples=100)
HOSTILE = "<script>alert('公开')</script><b>&amp;\"{{ 7 * 7 }}"
TEXT = f"""\
### t-1 | {HOSTILE} | 2021 | county | x
## overview
D|主动公开信息三条。
D|办结申请两件，
G|并开展培训。

## legacy:五、{HOSTILE}
P timeliness|更新慢{HOSTILE}，
I mechanism|将巡查。
O|无。
"""


class Mistaken(Perfect):
    """Joins the second statement of every section to the third, and has other themes and categories at the ends."""

    def tag_sections(self, sections: Sequence[Section]) -> list[Section]:
        found = []
        for section in sections:
            first, second, third = section.statements
            joined = Statement(second.text + third.text, second.start, third.end, Category.OTHER)
            first = replace(first, themes={Theme.CONTENT: 0.6} if first.themes else {})
            if not first.themes:
                first = replace(first, category=Category.ORGANIZATION)
            found.append(replace(section, statements=(first, joined)))
        return self.classify(found)


def mistaken(text: str = TEXT) -> Evaluation:
    return evaluate(Mistaken(), list(parse(text.splitlines(), "t.txt")))


def shown(evaluation: Evaluation, about: About = ABOUT) -> Any:
    return html.document_fromstring(render(evaluation, about))


def test_every_error_has_its_kind_and_its_context() -> None:
    errors = [in_context(mistake) for mistake in mistaken().errors(themes=True)]
    assert [str(e.mistake.kind) for e in errors] == [
        "category",
        "boundary",
        "boundary",
        "theme",
        "boundary",
        "boundary",
    ]
    assert [e.mistake.line for e in errors] == [3, 4, 5, 8, 9, 10]
    first, second = errors[:2]
    assert [(p.text, p.concerned) for p in first.gold] == [
        ("主动公开信息三条。", True),
        ("办结申请两件，", False),
    ]
    assert [(p.text, p.cut_after) for p in first.predicted] == [
        ("主动公开信息三条。", False),
        ("办结申请两件，", True),
    ]
    assert [p.text for p in second.gold] == ["主动公开信息三条。", "办结申请两件，", "并开展培训。"]
    assert [(p.text, p.concerned) for p in second.predicted] == [
        ("主动公开信息三条。", False),
        ("办结申请两件，并开展培训。", True),
    ]
    assert all(not p.opens_paragraph for p in second.gold[1:])


def test_what_was_predicted_is_shown_whole() -> None:
    evaluation = evaluate(AllOther(), read_split("dev")[:6])
    for error in map(in_context, evaluation.errors(themes=True)):
        for own in error.mistake.predicted:
            assert own.text in [p.text for p in error.predicted if p.concerned]
        assert "".join(p.text for p in error.gold) == "".join(p.text for p in error.predicted)


def test_theme_errors_come_only_when_asked_for() -> None:
    assert {str(m.kind) for m in mistaken().errors()} == {"boundary", "category"}


def test_the_page_needs_nothing_else() -> None:
    page = render(evaluate(AllOther(), read_split("dev")[:6]), ABOUT)
    tree = html.document_fromstring(page)
    assert not tree.xpath(
        "//link | //img | //iframe | //script[@src] | //*[@srcset] | //*[local-name()='image']"
    )
    assert all(link.startswith("#") for link in tree.xpath("//@href"))
    assert not re.search(r"@import|url\((?!#)", page)
    assert "default-src 'none'" in page
    assert "prefers-color-scheme: dark" in page
    assert len(tree.xpath("//script")) == 1
    assert len(tree.xpath("//*[local-name()='svg']")) == 1


def test_the_same_evaluation_makes_the_same_page() -> None:
    assert render(mistaken(), ABOUT) == render(mistaken(), ABOUT)


def test_text_cannot_become_markup() -> None:
    page = render(mistaken(), replace(ABOUT, model=HOSTILE, data=HOSTILE))
    tree = html.document_fromstring(page)
    assert len(tree.xpath("//script")) == 1
    assert not tree.xpath("//b")
    assert "alert('公开')" not in "".join(tree.xpath("//script/text()"))
    assert HOSTILE in tree.xpath("string(//h1)")
    assert "49" not in tree.xpath("string(//h1)")
    assert any(HOSTILE in mark.text_content() for mark in tree.xpath("//mark"))
    assert any(HOSTILE in facts.text_content() for facts in tree.xpath("//li/p"))


def test_the_list_holds_every_error_with_what_it_is_filtered_by() -> None:
    evaluation = mistaken()
    items = shown(evaluation).xpath("//ol[@id='list']/li")
    mistakes = list(evaluation.errors(themes=True))
    assert len(items) == len(mistakes)
    for item, mistake in zip(items, mistakes, strict=True):
        assert (item.get("data-kind"), item.get("data-gold")) == (mistake.kind, mistake.gold.category)
        assert item.get("data-predicted").split() == [str(s.category) for s in mistake.predicted]
    facts = items[0].xpath("string(p)")
    assert all(part in facts for part in ("t-1", "2021", "总体情况", "t.txt:3", "category 类别"))


def test_tables_say_what_the_evaluation_says() -> None:
    evaluation = evaluate(AllOther(), read_split("dev")[:6])
    tree = shown(evaluation)
    rows = {
        row.xpath("string(th)"): row
        for row in tree.xpath("//section[@aria-labelledby='categories']//tbody/tr")
    }
    interval = evaluation.intervals(ABOUT.resamples)["other_f1"]
    assert str(interval) in rows["other 其他"].xpath("string(td[3])")
    slices = tree.xpath("//section[@aria-labelledby='slices']//tbody/tr")
    for row in slices:
        assert ("[" in row.text_content()) == (row.xpath("string(td[1])") != "1"), (
            "one report has no interval"
        )
    assert [c.share for c in cells(np.asarray([[3, 1], [0, 0]]))[0]] == [0.75, 0.25]
    assert cells(np.asarray([[3, 1], [0, 0]]))[1][1].heat == 0


def test_a_page_of_no_errors_and_of_one_report() -> None:
    evaluation = evaluate(Perfect(), read_split("dev")[:1])
    tree = shown(evaluation)
    assert not tree.xpath("//ol[@id='list']/li")
    assert "Errors (0)" in tree.xpath("string(//nav)")


def test_the_curve_before_the_temperature_undoes_it() -> None:
    evaluation = mistaken()
    rng = np.random.default_rng(0)
    cold = rng.dirichlet(np.ones(5), size=6)
    rows = iter(scale(cold, 0.7))
    on_gold = tuple(
        report.with_sections(
            tuple(
                replace(s, statements=tuple(replace(x, confidence=dict(zip(Category, next(rows), strict=True))) for x in s.statements))
                for s in report.sections
            )
        )
        for report in evaluation.on_gold
    )  # fmt: skip
    warm = replace(evaluation, on_gold=on_gold)
    before, after = calibration_curves(warm, 0.7).values()
    _, gold = gather([a.report for a in warm.gold], warm.on_gold)
    assert before.confidence == pytest.approx(reliability(cold, gold).confidence)
    assert after.ece == pytest.approx(warm.reliability().ece)
    assert list(calibration_curves(warm, None)) == ["as it is"]


def test_the_file_is_complete_or_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "报告.html"
    write_page(path, mistaken(), ABOUT)
    before = path.read_text(encoding="utf-8")
    assert before.rstrip().endswith("</html>")

    def broken(*_: object) -> str:
        return before + "\ud800"  # cannot be encoded

    monkeypatch.setattr(eval.page, "render", broken)
    with pytest.raises(UnicodeEncodeError):
        write_page(path, mistaken(), ABOUT)
    assert path.read_text(encoding="utf-8") == before
    assert list(tmp_path.iterdir()) == [path]


def test_the_command_writes_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "t.txt").write_text(TEXT, encoding="utf-8")
    monkeypatch.setattr(nlp.cli.eval_reports, "_system", lambda name, threads, kind: Mistaken())
    path = tmp_path / "page.html"
    nlp.cli.eval.eval(data=[str(tmp_path / "t.txt")], html=path, resamples=100)
    assert "1 reports, 6 statements" in " ".join(capsys.readouterr().out.split())
    assert "as it is" in path.read_text(encoding="utf-8")
    for bad in (tmp_path / "none" / "page.html", tmp_path):
        with pytest.raises(UsageError, match="cannot be written"):
            nlp.cli.eval.eval(data=[str(tmp_path / "t.txt")], html=bad)
    with pytest.raises(UsageError, match="--html"):
        nlp.cli.eval.eval(cv=2, html=path)


def test_filters_in_a_browser(tmp_path: Path) -> None:
    playwright = pytest.importorskip("playwright.sync_api")
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if chromium is None:
        pytest.skip("no chromium here: apt-get install chromium")
    write_page(tmp_path / "page.html", mistaken(), ABOUT)
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 360, "height": 740})
        said: list[str] = []
        asked: list[str] = []
        page.on("console", lambda message: said.append(message.text))
        page.on("pageerror", lambda fault: said.append(str(fault)))
        page.on("request", lambda request: asked.append(request.url))
        page.goto((tmp_path / "page.html").as_uri())
        visible = page.locator("#list > li:visible")
        assert visible.count() == 6
        page.get_by_label("kind").select_option("boundary")
        assert visible.count() == 4
        page.get_by_label("gold").select_option("improvement")
        assert visible.count() == 1
        assert page.locator("#shown").inner_text() == "1 of 6 errors"
        page.get_by_label("predicted").select_option("problem")
        assert visible.count() == 0
        page.get_by_role("button", name="show all").click()
        playwright.expect(visible).to_have_count(6)
        page.get_by_label("with the words").fill("更新慢")
        assert visible.count() == 2
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        browser.close()
    assert said == []
    assert asked == [(tmp_path / "page.html").as_uri()]
