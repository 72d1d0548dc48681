"""Sections: which paragraphs of a document are its section headings, and which are their narrative.

Every paragraph that could be a heading is a candidate; the chain of them that makes the best outline is the report's,
but for the lines of a table of contents, of an annexed form, and points at the end that only sound like headings.
"""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from nlp.labels import SectionKind
from nlp.report import Section
from nlp.structure.candidates import Candidate, candidates_of, says_something
from nlp.structure.cells import is_form_cell
from nlp.structure.chain import best_chain
from nlp.structure.closing import closing_start, signature_start
from nlp.structure.furniture import is_furniture, is_report_title
from nlp.structure.lines import Line
from nlp.structure.signature import signatures

_CONTENTS = re.compile(r"目[\s\u3000]*录")
_OWNS_UP = re.compile(r"存在.{0,8}(?:问题|不足|困难|差距)")
"""In a heading that is one by its number: 正视存在问题，抓好整改落实."""
_NOTE = re.compile(r"[（(]?(?:备?注|表注)\s*\d{0,2}\s*[:：]")
_SUBJECT = re.compile(r"附[表件录图]|(?:情况|事项|说明|工作|数据|目录|名单|联系方式)$")
"""In words that name what a section is about, and say nothing themselves."""


@dataclass(frozen=True, slots=True)
class Outline:
    """The lines of a document divided: what stands before the first section, and the sections with narrative.

    `reports` counts the outlines that follow each other: 2 where a second report begins in the same file.
    """

    front: tuple[Line, ...]
    sections: tuple[Section, ...]
    reports: int = 1


def outline(lines: Sequence[Line]) -> Outline:
    """Choose the headings among `lines` and gather each section's narrative."""
    candidates = candidates_of(lines)
    skipped = _contents(candidates, lines)
    chain = best_chain([c for c in candidates if c.line not in skipped], lines)
    chosen = _before_annex(chain, lines)
    end = chain[len(chosen)].line if len(chosen) < len(chain) else len(lines)
    chosen = _without_last_points(chosen, lines[:end])
    first = chosen[0].line if chosen else len(lines)
    front = tuple(line for i, line in enumerate(lines[:first]) if i not in skipped)
    sections = []
    stops = [*(candidate.line for candidate in chosen[1:]), end][: len(chosen)]
    for candidate, stop in zip(chosen, stops, strict=True):
        body = [candidate.text] if candidate.text else []
        inside = (i for i in range(candidate.line + 1, stop) if i not in skipped and not _is_note(lines, i))
        beneath = narrative([lines[i] for i in inside], last=stop == end)
        body += [line.text for line in beneath]
        kind = candidate.kind
        if candidate.by_number and _OWNS_UP.search(candidate.heading):
            kind = SectionKind.PROBLEMS
        if (body and kind is not SectionKind.APPENDIX) or kind is SectionKind.PROBLEMS:
            number = candidate.numbered.number if candidate.numbered else None
            origin = lines[candidate.line].origin
            sections.append(Section(kind, "\n".join(body), number, candidate.heading, origin))
    return Outline(front, tuple(sections), _reports(chosen))


def _reports(chain: Sequence[Candidate]) -> int:
    """How many reports' headings a chain holds: another one counts from 1 again, and has sections of the same kinds."""
    count, seen, own = 1, set[SectionKind](), set[SectionKind]()
    for before, candidate in pairwise([None, *chain]):
        assert candidate is not None
        here, last = candidate.numbered, before.numbered if before else None
        if here and last and here.style is last.style and here.value == 1 < last.value:
            seen, own = seen | own, set()
        own.add(candidate.kind)
        if len(own & seen - {SectionKind.LEGACY}) == 2:
            count, seen = count + 1, set()
    return count


def _before_annex(chain: Sequence[Candidate], lines: Sequence[Line]) -> Sequence[Candidate]:
    """The chain without the headings of an annexed table at its end, which has lost its cells (2014 to 2018).

    Such a table counts anew, all of its headings are cells of a form, and no sentence stands beneath them.
    """
    for at in range(len(chain) - 1, 0, -1):
        here, before = chain[at].numbered, chain[at - 1].numbered
        if not is_form_cell(chain[at].heading) or any(
            says_something(line) for line in _beneath(chain, at, lines)
        ):
            break
        if here and before and here.value == 1:
            return chain[:at]
    return chain


def _without_last_points(chain: Sequence[Candidate], lines: Sequence[Line]) -> Sequence[Candidate]:
    """The chain without headings of unknown words at its end that nothing follows: they are points of the last section.

    One that names a subject (重要事项, 说明与附表) is left out: its section is empty. A heading above a table is one,
    though the table is left out.
    """
    stop = len(chain)
    while stop > 1 and chain[stop - 1].kind is SectionKind.LEGACY:
        last = chain[stop - 1]
        beneath = _beneath(chain, stop - 1, lines)
        if (
            last.text
            or _SUBJECT.search(last.words)
            or lines[last.line].above_table
            or any(line.table for line in beneath)
            or narrative(beneath, last=True)
        ):
            break
        stop -= 1
    return chain[:stop]


def _beneath(chain: Sequence[Candidate], at: int, lines: Sequence[Line]) -> Sequence[Line]:
    return lines[chain[at].line + 1 : chain[at + 1].line if at + 1 < len(chain) else len(lines)]


def _is_note(lines: Sequence[Line], at: int) -> bool:
    """Whether a line is a note right beneath a table that is left out: 注：不含撤回的申请。"""
    above = lines[at - 1 : at]
    return _NOTE.match(lines[at].text) is not None and any(line.table or line.above_table for line in above)


def narrative(lines: Sequence[Line], last: bool) -> list[Line]:
    """The narrative of the lines of a section; at the end of the `last` one, an agency alone is a signature, too."""
    lines = [line for line in lines if not line.table]
    texts = [line.text for line in lines]
    signed = set(signatures(texts))
    end = closing_start(texts, signed)
    if last or end < len(texts):
        end = signature_start(texts[:end])
    return [
        line
        for i, line in enumerate(lines[:end])
        if i not in signed and not is_furniture(line.text) and not is_report_title(line.text)
    ]


def _names(candidate: Candidate) -> Iterator[Hashable]:
    yield candidate.words
    if candidate.numbered and candidate.kind is not SectionKind.LEGACY:
        yield candidate.kind, candidate.numbered.style, candidate.numbered.value


def _contents(candidates: Sequence[Candidate], lines: Sequence[Line]) -> set[int]:
    """Indices of the lines of a table of contents: headings one after another, all of which come again later.

    They come in the same words, or as headings of the same kind and number: contents are short.
    """
    last = {key: candidate.line for candidate in candidates for key in _names(candidate)}
    again = [
        c.line
        for c in candidates
        if (not c.text or c.text.isdecimal()) and any(last[key] > c.line for key in _names(c))
    ]
    entries: set[int] = set()
    run: list[int] = []
    for line in [*again, -1]:
        if run and line != run[-1] + 1:
            entries |= set(run) if len(run) >= 3 else set()
            run = []
        run.append(line)
    before = min(entries, default=0) - 1
    if before >= 0 and _CONTENTS.fullmatch(lines[before].text):
        entries.add(before)
    return entries
