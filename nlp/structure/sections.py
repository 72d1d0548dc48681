"""Sections: which paragraphs of a document are its section headings, and which are their narrative.

No heading is recognised on its own: sub-headings look like headings, tables hold words that headings have, and tables
of contents hold all of them. Every paragraph that could be a heading is a candidate, and the sequence of candidates
that makes the best outline (numbers that go on, one style of number, kinds in the form's order) is chosen as a whole,
by dynamic programming.
"""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from nlp.labels import SectionKind
from nlp.report import Section
from nlp.structure.closing import closing_start, signature_start
from nlp.structure.furniture import is_furniture, is_report_title
from nlp.structure.headings import is_canonical, is_heading_like, kind_of, plain
from nlp.structure.lines import Line
from nlp.structure.numbering import Numbered, NumberStyle, split_number, split_unmarked
from nlp.structure.signature import signatures
from nlp.structure.tables import is_form_cell

_ORDER = {kind: rank for rank, kind in enumerate(SectionKind)}
_RUN_IN = re.compile(
    r"(?P<heading>[^：:。\n]{2,36}?)(?:(?:[：:。]|(?<=[一-龥])\.)+[\s\u3000]*|[\s\u3000]{1,})(?P<text>\S.*)",
    re.DOTALL,
)
_NOTHING = re.compile(r"(?P<heading>.{4,30}?)(?P<text>[（(]?(?:暂?无|没有)[。.]?[）)]?[。.]?)")
_MOST_CANDIDATES, _FURTHEST = 5000, 300
"""Candidates beyond which a document is no report, and has no outline; and how many a section may have within it."""
_SENTENCE_END = re.compile(r"(?:。|如下[：:。.]?)\s*$")
_SLOGAN = re.compile(r"[^。；;！!？?：:\n]{4,30}[：:]?")
_FRAMED = re.compile(r"[【〖［\[](?P<text>[^【】〖〗［］\[\]。]{2,40})[】〗］\]]")
_CONTENTS = re.compile(r"目[\s\u3000]*录")
_SUBJECT = re.compile(r"附[表件录图]|(?:情况|事项|说明|工作|数据|目录|名单|联系方式)$")
"""In words that name what a section is about, and say nothing themselves."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A line that could be a section's heading. `text` is what follows the heading on the same line.

    `words` are the heading's words, for finding the same heading again; `canonical` says that a form spells it so, and
    `by_number` that nothing but its number makes it a heading: a slogan, as in 二、完善制度，规范运行.
    """

    line: int
    kind: SectionKind
    heading: str
    numbered: Numbered | None
    text: str
    weight: float
    words: str
    canonical: bool
    by_number: bool = False


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
    candidates = _candidates(lines)
    skipped = _contents(candidates, lines)
    chain = _best_chain([c for c in candidates if c.line not in skipped], lines)
    chosen = _before_annex(chain, lines)
    end = chain[len(chosen)].line if len(chosen) < len(chain) else len(lines)
    chosen = _without_last_points(chosen, lines[:end])
    first = chosen[0].line if chosen else len(lines)
    front = tuple(line for i, line in enumerate(lines[:first]) if i not in skipped)
    sections = []
    stops = [*(candidate.line for candidate in chosen[1:]), end][: len(chosen)]
    for candidate, stop in zip(chosen, stops, strict=True):
        body = [candidate.text] if candidate.text else []
        inside = range(candidate.line + 1, stop)
        beneath = narrative([lines[i] for i in inside if i not in skipped], last=stop == end)
        body += [line.text for line in beneath]
        if (body and candidate.kind is not SectionKind.APPENDIX) or candidate.kind is SectionKind.PROBLEMS:
            number = candidate.numbered.number if candidate.numbered else None
            origin = lines[candidate.line].origin
            sections.append(Section(candidate.kind, "\n".join(body), number, candidate.heading, origin))
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
            _says_something(line) for line in _beneath(chain, at, lines)
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
        beneath = lines[last.line + 1 : chain[stop].line if stop < len(chain) else len(lines)]
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


def _says_something(line: Line) -> bool:
    return not line.table and "。" in line.text


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


def _candidates(lines: Sequence[Line]) -> list[Candidate]:
    unmarked = sum(_unmarked(line.text, known=False) is not None for line in lines) > 1
    found = [
        candidate
        for i, line in enumerate(lines)
        if (candidate := _candidate(i, line, unmarked) or _by_number(i, lines)) is not None
    ]
    if len(found) > _MOST_CANDIDATES:
        return []
    canonical = {(c.kind, c.numbered is not None) for c in found if c.canonical}
    return [
        c
        for c in found
        # beside 主动公开政府信息情况, a bare 主动公开情况 without a number is a sub-heading
        if c.numbered or c.canonical or (c.kind, False) not in canonical
    ]


def _candidate(index: int, line: Line, unmarked: bool) -> Candidate | None:
    """The line as a candidate; `unmarked` says that the document's numbers are written without a mark: 一总体情况."""
    text = _unframed(line.text)
    if "\t" in text.strip():
        return None
    numbered = split_number(text.lstrip("#*· ")) or _unmarked(text, known=unmarked)
    body = numbered.rest if numbered else text
    heading, rest = _heading_and_text(body)
    if heading is None:
        return None
    kind, canonical = kind_of(heading), is_canonical(heading)
    if kind is SectionKind.LEGACY and (numbered is None or rest):
        return None
    free = numbered is None and not canonical
    if free and (rest or _SENTENCE_END.search(body)):
        return None  # a sentence that opens with a heading's words, or ends in them
    weight = 1.0 if kind is SectionKind.LEGACY else 5.0
    weight += 2.0 * canonical + 1.0 * (numbered is not None) + 1.0 * (line.heading_level is not None)
    weight -= 1.0 * bool(rest) + 2.0 * line.table + 3.0 * free
    heading = heading.strip(" \u3000：:。")
    return Candidate(index, kind, heading, numbered, rest, weight, plain(heading), canonical)


def _unmarked(text: str, known: bool) -> Numbered | None:
    """A number without a mark before a heading that a form prescribes, or before one alone of any `known` kind.

    Beside headings that are numbered so, 六其他情况 is one; else 一年来工作情况 or 五公开落实情况 may stand there.
    """
    numbered = split_unmarked(text)
    heading, rest = _heading_and_text(numbered.rest) if numbered else (None, "")
    if heading is None:
        return None
    is_known = known and not rest and kind_of(heading) is not SectionKind.LEGACY
    return numbered if is_known or is_canonical(heading) else None


def _by_number(index: int, lines: Sequence[Line]) -> Candidate | None:
    """A short numbered line above a sentence: a heading, whatever it says, if its number is the next one."""
    line, beneath = lines[index], lines[index + 1 : index + 2]
    numbered = split_number(line.text)
    if (
        numbered is None
        or numbered.style not in (NumberStyle.PART, NumberStyle.CHINESE, NumberStyle.ROMAN)
        or line.table
        or not any(_says_something(next_line) for next_line in beneath)
        or not _SLOGAN.fullmatch(numbered.rest)
        or is_form_cell(numbered.rest)
    ):
        return None
    heading = numbered.rest.strip(" \u3000：:")
    return Candidate(
        index, SectionKind.LEGACY, heading, numbered, "", 0.0, plain(heading), canonical=False, by_number=True
    )


def _unframed(text: str) -> str:
    """A heading without the brackets around it: 【总体情况】."""
    match = _FRAMED.fullmatch(text)
    return match["text"] if match else text


def _heading_and_text(body: str) -> tuple[str | None, str]:
    """A heading, and the text that follows it on the line."""
    if is_heading_like(body):
        return body, ""
    for pattern in (_RUN_IN, _NOTHING):
        match = pattern.fullmatch(body)
        if (
            match
            and is_heading_like(match["heading"])
            and kind_of(match["heading"]) is not SectionKind.LEGACY
        ):
            return match["heading"], match["text"].strip()
    return None, ""


def _best_chain(candidates: Sequence[Candidate], lines: Sequence[Line]) -> list[Candidate]:
    """The candidates of the best outline, in order.

    Headings of one rank are numbered in one style, so each style (and none) has its own best chain; of these, the one
    in whose style most headings are that the forms prescribe is the report's, then the one with the most of them, then
    the one of the highest rank. (A chain of points of a section may hold the sections' headings, too.)
    """
    styles = (*NumberStyle, None)
    chains = {style: _heaviest_path(_of_style(candidates, style), lines) for style in styles}
    several = [style for style in styles if sum(_style(c) is style for c in chains[style]) >= 2]
    known = [style for style in several if len({c.kind for c in chains[style]} - {SectionKind.LEGACY}) >= 2]

    def prescribed(style: NumberStyle | None) -> tuple[int, int]:
        canonical = [c for c in chains[style] if c.canonical]
        return sum(_style(c) is style for c in canonical), len(canonical)

    return chains[max(known or several or styles, key=prescribed)]


def _style(candidate: Candidate) -> NumberStyle | None:
    return candidate.numbered.style if candidate.numbered else None


def _of_style(candidates: Sequence[Candidate], style: NumberStyle | None) -> list[Candidate]:
    """Candidates numbered in `style`; and others only if they are spelt as a form prescribes."""
    return [c for c in candidates if _style(c) is style or (style is not None and c.canonical)]


def _heaviest_path(candidates: Sequence[Candidate], lines: Sequence[Line]) -> list[Candidate]:
    """The chain of greatest weight, where each step adds how well one heading follows another.

    [] if that is little, or if no words but numbers alone make its headings.
    """
    if not candidates:
        return []
    narrative = _narrative_after(candidates, lines)
    best = [c.weight + narrative[i] + _opening(c) for i, c in enumerate(candidates)]
    previous: list[int | None] = [None] * len(candidates)
    for i, candidate in enumerate(candidates):
        for j in range(max(0, i - _FURTHEST), i):
            total = best[j] + candidate.weight + narrative[i] + _step(candidates[j], candidate)
            if total > best[i]:
                best[i], previous[i] = total, j
    at: int | None = max(range(len(candidates)), key=lambda i: best[i])
    if at is None or best[at] < 4.0:
        return []
    chain = []
    while at is not None:
        chain.append(candidates[at])
        at = previous[at]
    return [] if all(candidate.by_number for candidate in chain) else chain[::-1]


def _opening(candidate: Candidate) -> float:
    """How well a candidate opens an outline."""
    if candidate.by_number and candidate.numbered and candidate.numbered.value != 1:
        return -12.0
    return 1.0 if candidate.numbered is None or candidate.numbered.value == 1 else 0.0


def _step(before: Candidate, after: Candidate) -> float:
    """How well one section heading follows another."""
    score = 0.0
    if before.kind is not SectionKind.LEGACY and after.kind is not SectionKind.LEGACY:
        if before.kind is after.kind:
            score -= 5.0
        elif _ORDER[before.kind] > _ORDER[after.kind]:
            score -= 1.0
    if before.words == after.words:
        score -= 5.0
    spelt = before.canonical and after.canonical
    if before.numbered is None or after.numbered is None:
        alike = before.numbered is after.numbered
        return score - (0.0 if alike else 2.0 if spelt else 10.0)
    gap = after.numbered.value - before.numbered.value
    if before.numbered.style is not after.numbered.style:
        return score - (
            3.0 if gap == 1 else 12.0
        )  # a slip of the pen in the count, or another rank of heading
    if gap == 1:
        return score + 2.0
    if before.by_number or after.by_number:
        return score - 12.0
    if gap == 0:
        return score - (3.0 if spelt or _are_last_sections(before.kind, after.kind) else 9.0)
    return score - (0.5 if gap > 1 else 12.0)


def _are_last_sections(before: SectionKind, after: SectionKind) -> bool:
    """Whether the second follows the first in the form, none with points that are called so."""
    last = (SectionKind.REVIEW, SectionKind.PROBLEMS, SectionKind.OTHER)
    return (before, after) in pairwise(last)


def _narrative_after(candidates: Sequence[Candidate], lines: Sequence[Line]) -> list[float]:
    """A bonus for candidates with something beneath them: what a table of contents lacks."""
    starts = {candidate.line for candidate in candidates}
    return [
        1.5
        if candidate.text or (candidate.line + 1 < len(lines) and candidate.line + 1 not in starts)
        else 0.0
        for candidate in candidates
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
