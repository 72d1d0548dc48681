"""Boundary candidates: the positions of a text at which a statement may end (guideline, section 1).

A candidate is certain (a line break; a full stop outside quotation marks and brackets: rules B1, B2) or is
decided by the model (commas, half-width stops, stops before a closing quotation mark, enumerators, headings that
run into the text: rules B2 to B5).
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

from nlp.enumerator import MARK, enumerator_at
from nlp.report import Section

STOPS = "。！？；"
HALF_WIDTH_STOPS = ".!?;．"
COMMAS = "，,"
PAUSES = "：:、"
CLOSERS = "”’」』）)】》〉〕］]\"'"
PAIRS = {"“": "”", "‘": "’", "「": "」", "『": "』", "（": "）", "(": ")", "【": "】", "《": "》", "〔": "〕"}
EQUIVALENT = {")": "）", "）": ")"}
_MARKS = re.compile(f"[{re.escape(''.join(PAIRS) + ''.join(PAIRS.values()))}]")

_PUNCTUATION = re.compile(
    rf"[{re.escape(STOPS + HALF_WIDTH_STOPS + COMMAS + PAUSES)}]+[{re.escape(CLOSERS)}]*\s*"
)
DEEPEST = 16
"""Marks open at a time; in text with more, the outermost are taken for typing errors."""
_LONGEST_RUN_IN_HEADING = 26  # characters


class Evidence(Enum):
    """What speaks for a boundary at a candidate."""

    LINE = "line"
    STOP = "stop"
    ENUMERATOR = "enumerator"
    COMMA = "comma"
    WEAK_STOP = "weak stop"
    RUN_IN = "run-in heading"


@dataclass(frozen=True, slots=True)
class Candidate:
    """A position `end` at which a statement may end: it would be `text[…:end]`."""

    end: int
    evidence: Evidence

    @property
    def certain(self) -> bool:
        """Whether the guideline alone decides that a statement ends here."""
        return self.evidence in (Evidence.LINE, Evidence.STOP)


def candidates(text: str) -> list[Candidate]:
    """All candidates of a section's text, in order; the last one is the end of the last paragraph.

    The position is after the closing punctuation, closing quotation marks and blanks, which all stay with
    the statement they close. Linear in the length of `text`.
    """
    found: list[Candidate] = []
    start = 0
    for line in text.split("\n"):
        if line:
            found.extend(Candidate(start + end, evidence) for end, evidence in _in_paragraph(line))
            found.append(Candidate(start + len(line), Evidence.LINE))
        start += len(line) + 1
    return found


def given(section: Section) -> list[Candidate]:
    """The ends of the statements that a section already has, as certain candidates."""
    return [Candidate(statement.end, Evidence.LINE) for statement in section.statements]


def _in_paragraph(line: str) -> Iterator[tuple[int, Evidence]]:
    inside = _enclosed(line)
    indent = len(line) - len(line.lstrip())
    found = dict.fromkeys(_run_in_heading_ends(line), Evidence.RUN_IN)
    for match in MARK.finditer(line):
        if match.start() > indent and not inside[match.start()]:
            found[match.start()] = Evidence.ENUMERATOR
    for match in _PUNCTUATION.finditer(line):
        end = match.end()
        last = match.start() + len(match.group().rstrip().rstrip(CLOSERS)) - 1
        if end == len(line) or (inside[end - 1] and inside[end]) or _within_number(line, last):
            found.pop(end, None)
        elif line[last] in STOPS:
            found[end] = Evidence.WEAK_STOP if inside[last] else Evidence.STOP
        elif end in found and found[end] is Evidence.ENUMERATOR:
            pass
        elif line[last] in COMMAS:
            found[end] = Evidence.COMMA
        elif line[last] in HALF_WIDTH_STOPS:
            found[end] = Evidence.WEAK_STOP
    return iter(sorted(found.items()))


def _run_in_heading_ends(line: str) -> Iterator[int]:
    """Where a heading that opens the paragraph might end although no mark closes it: （一）主动公开情况全年…

    Blanks are no such place (rule B5: spaces after a run-in heading end nothing).
    """
    if enumerator_at(line) is None:
        return
    for at in range(4, min(len(line), _LONGEST_RUN_IN_HEADING)):
        if line[at - 1] in STOPS + PAUSES:
            return
        if (
            line[at - 1].isalnum()
            and line[at].isalnum()
            and not (line[at - 1].isascii() and line[at].isascii())
        ):
            yield at


def _within_number(line: str, at: int) -> bool:
    """Whether the mark at `at` stands inside a number or a web address: 3.5, 1,240, www.gov.cn."""
    before, after = line[at - 1 : at], line[at + 1 : at + 2]
    return bool(
        before and after and before.isascii() and after.isascii() and before.isalnum() and after.isalnum()
    )


def _enclosed(line: str) -> list[bool]:
    """For each character, whether it stands inside quotation marks or brackets that are closed in this line."""
    inside = [False] * (len(line) + 1)
    stack: deque[tuple[str, int]] = deque(maxlen=DEEPEST)
    for match in _MARKS.finditer(line):
        at, ch = match.start(), match.group()
        if ch in PAIRS:
            stack.append((PAIRS[ch], at))
        elif any(ch in (closer, EQUIVALENT.get(closer)) for closer, _ in stack):
            while stack:
                closer, opened = stack.pop()
                if ch in (closer, EQUIVALENT.get(closer)):
                    inside[opened + 1 : at] = [True] * (at - opened - 1)
                    break
    return inside
