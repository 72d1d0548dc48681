"""Notices: what reading could not do, in English with the report, in Chinese on its page."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

from nlp.cli import app
from nlp.notice import Notice, in_chinese, page_missing, pages_unread


@pytest.mark.parametrize("notice", Notice)
def test_every_notice_has_a_sentence_in_chinese(notice: Notice) -> None:
    assert in_chinese(notice.value) == notice.chinese
    assert re.search("[\u4e00-\u9fff]", notice.chinese)


def test_a_missing_page_keeps_its_number() -> None:
    assert in_chinese(page_missing(12)) == "文件缺少第 12 页"


def test_pages_that_were_not_read_keep_their_numbers() -> None:
    assert in_chinese(pages_unread([2, 3])) == "第 2、3 页是图片，文字没有读取（需要光学识别）"


def test_other_warnings_stay_as_they_are() -> None:
    assert in_chinese("something of a later version") == "something of a later version"


def test_a_page_shows_notices_in_chinese_and_json_keeps_them_in_english(tmp_path: Path) -> None:
    source = tmp_path / "plain.txt"
    source.write_text("我局主动公开政府信息。\n", encoding="utf-8")
    page = CliRunner().invoke(app, ["tag", str(source), "--format", "html"])
    assert page.exit_code == 0
    assert Notice.NO_HEADING.chinese in page.stdout
    assert Notice.NO_HEADING.value not in page.stdout
    assert (
        Notice.NO_HEADING.value in CliRunner().invoke(app, ["tag", str(source), "--format", "jsonl"]).stdout
    )
