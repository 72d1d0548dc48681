"""The line format of the annotated corpus, and the reports that it holds.

One file holds many reports::

    ### ID | AGENCY | YEAR | LEVEL | STYLE
    ## lead            (or overview, problems, other, or legacy:TITLE)
    G|statement
    P staffing,mechanism|statement
                       (a blank line ends a paragraph)
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from nlp.enumerator import enumerator_at
from nlp.errors import AnnotationError
from nlp.labels import Category, Level, SectionKind, Theme
from nlp.report import Report, Section, Statement, statements_of
from nlp.structure.headings import kind_of

CODES = {
    "G": Category.ORGANIZATION,
    "D": Category.DISCLOSURE,
    "P": Category.PROBLEM,
    "I": Category.IMPROVEMENT,
    "O": Category.OTHER,
}
CODE_OF = {category: code for code, category in CODES.items()}
SPLITS: tuple[str, ...] = ("train", "dev", "test")
CORPUS = Path(__file__).parent / "corpus"
"""The corpus of the project, one directory a split."""
FURTHER_REPORTS = CORPUS / "further"
"""What the default model learnt after its splits; in none of them, so that folds and baselines stay what they are."""

_STATEMENT = re.compile(r"(?P<code>[GDPIO])(?: (?P<themes>[a-z,]+))?\|(?P<text>.*)")
_LEVEL_WORDS = {
    Level.TOWNSHIP: ("township", "subdistrict", "sub-district", "street", "town"),
    Level.COUNTY: ("county", "district", "development zone"),
    Level.CITY: ("city", "municipal", "prefecture"),
    Level.PROVINCE: ("province", "provincial"),
    Level.NATIONAL: ("national", "central", "ministry", "state"),
}
_LEGACY = "legacy:"
_NUMBERED = re.compile(r"(?:(?P<number>[一二三四五六七八九十]+)[、．.])?\s*(?P<heading>.+)")


@dataclass(frozen=True, slots=True)
class AnnotatedReport:
    """A report with gold statements, and where it stands in the corpus.

    `file` is the corpus file's stem, `style` the annotator's words on its form, and `lines` the line number
    in the file of every statement, in the order of `report.statements()`.
    """

    id: str
    report: Report
    file: str
    style: str = ""
    level: str = ""
    lines: tuple[int, ...] = field(default=(), compare=False)

    @property
    def path(self) -> str:
        """The corpus file, as it was named."""
        return self.report.source.removesuffix(f"#{self.id}")

    @property
    def old_form(self) -> bool:
        """Whether the report follows a form from before 2019: it has narrative sections that the current one lacks."""
        return any(section.heading is not None for section in self.report.sections)


def read_split(split: str | Path, corpus: Path = CORPUS) -> list[AnnotatedReport]:
    """All reports of a split (`train`, `dev`, `test`), or of a directory or a file of the line format.

    Raises AnnotationError naming file and line of the first fault.
    """
    path = corpus / split if str(split) in SPLITS else Path(split)
    files = sorted(path.glob("*.txt")) if path.is_dir() else [path]
    if not files or not path.exists():
        raise AnnotationError(f"{path}: no annotated text (*.txt) there")
    reports = [report for file in files for report in read_annotated(file)]
    if not reports:
        raise AnnotationError(f"{path}: no report there; one begins with a line ### …")
    return reports


def read_corpus(corpus: Path = CORPUS) -> dict[str, list[AnnotatedReport]]:
    """The reports of every split that the corpus has a directory of.

    Raises AnnotationError as `read_split` does, or naming a split without any statement.
    """
    splits = {split: read_split(split, corpus) for split in SPLITS if (corpus / split).is_dir()}
    for split, reports in splits.items():
        if not annotated_statements(reports):
            raise AnnotationError(f"{corpus / split}: no statement in any report there")
    return splits


def splits_in(corpus: Path) -> dict[str, list[Path]]:
    """The files of each split of a corpus; a file, or a directory without splits, is one split, `train`.

    Raises AnnotationError if there is no annotated text.
    """
    inside = {split: sorted((corpus / split).glob("*.txt")) for split in SPLITS}
    found = {split: files for split, files in inside.items() if files}
    if not found:
        files = sorted(corpus.glob("*.txt")) if corpus.is_dir() else [corpus]
        if not files or not corpus.exists():
            raise AnnotationError(f"{corpus}: no annotated text (*.txt) there")
        found = {SPLITS[0]: files}
    return found


def read_annotated(path: Path) -> list[AnnotatedReport]:
    """The reports of one file of the line format. Raises AnnotationError as `parse` does, and for other encodings."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise AnnotationError(f"{path}: not in UTF-8 (byte {error.start}); save it in UTF-8") from error
    return list(parse(text.splitlines(), str(path)))


def parse(
    lines: Iterable[str], source: str = "-", fault: Callable[[int, str], None] | None = None
) -> Iterator[AnnotatedReport]:
    """Reports from lines of the line format; `source` is named in errors.

    Raises AnnotationError at the first line that is none of the format's; or, where `fault` is given, calls it with the
    line's number and what is wrong, and reads on with what the line did tell.
    """
    builder: _Builder | None = None
    for number, line in enumerate(lines, 1):
        try:
            if line.startswith("### "):
                if builder:
                    yield builder.build()
                builder = _Builder(source)
                builder.open_report(line[4:])
            elif builder is None:
                if line.strip():
                    raise ValueError("text before the first report header (### …)")
            elif line.startswith("## "):
                builder.open_section(line[3:].strip())
            elif line.strip():
                builder.add_statement(line, number)
            else:
                builder.close_paragraph()
        except ValueError as wrong:
            if fault is None:
                raise AnnotationError(f"{source}:{number}: {wrong}") from None
            fault(number, str(wrong))
    if builder:
        yield builder.build()


def to_lines(annotated: AnnotatedReport) -> Iterator[str]:
    """The line format of one report; `parse` reads it back."""
    report = annotated.report
    yield "### " + " | ".join(
        (annotated.id, report.agency or "", str(report.year or ""), annotated.level, annotated.style)
    )
    for section in report.sections:
        yield f"## {key_of(section)}"
        paragraph_ends = {end for _, end in section.paragraph_spans()}
        for statement in section.statements:
            themes = ",".join(statement.themes)
            yield f"{CODE_OF[statement.category]}{' ' + themes if themes else ''}|{statement.text}"
            if statement.end in paragraph_ends and statement is not section.statements[-1]:
                yield ""
    yield ""


def annotated_statements(reports: Iterable[AnnotatedReport]) -> list[tuple[Section, Statement]]:
    """The statements of annotated reports, each with its section."""
    return list(statements_of(section for annotated in reports for section in annotated.report.sections))


def key_of(section: Section) -> str:
    """What stands after `## ` for this section in the line format."""
    if section.heading is None:
        return str(section.kind)
    return _LEGACY + (f"{section.number}、" if section.number else "") + section.heading


class _Builder:
    """Collects one report, statement by statement. What a faulty line tells is taken before ValueError is raised."""

    def __init__(self, source: str) -> None:
        self.identity = self.agency = self.level = self.style = ""
        self.year: int | None = None
        self.source = source
        self.sections: list[Section] = []
        self.lines: list[int] = []
        self.paragraph_open = False

    def open_report(self, header: str) -> None:
        parts = [part.strip() for part in header.split("|")]
        self.identity, self.agency, year, self.level, self.style = [*parts, *[""] * 5][:5]
        self.year = int(year) if year.isdigit() else None
        if len(parts) != 5:
            raise ValueError(f"a report header needs 5 fields, this one has {len(parts)}")

    def open_section(self, key: str) -> None:
        self.paragraph_open = False
        if key.startswith(_LEGACY):
            match = _NUMBERED.fullmatch(key.removeprefix(_LEGACY))
            if match is None:
                self.sections.append(Section(SectionKind.UNNAMED, ""))
                raise ValueError("a legacy section without a title")
            number, heading = match["number"], match["heading"]
            self.sections.append(Section(kind_of(heading), "", number=number, heading=heading))
        elif key in set(map(str, SectionKind)):
            self.sections.append(Section(SectionKind(key), ""))
        else:
            self.sections.append(Section(SectionKind.UNNAMED, ""))
            raise ValueError(f"no section {key!r}")

    def close_paragraph(self) -> None:
        self.paragraph_open = False

    def add_statement(self, line: str, number: int) -> None:
        match = _STATEMENT.fullmatch(line)
        if match is None or not match["text"].strip():
            raise ValueError(f"not a statement line: {line[:40]}")
        if not self.sections:
            raise ValueError("a statement before the first section (## …)")
        category = CODES[match["code"]]
        named = [name for name in (match["themes"] or "").split(",") if name]
        known = set(map(str, Theme))
        themes = {Theme(name): 1.0 for name in named if name in known}
        section = self.sections[-1]
        before = section.text
        if before and not self.paragraph_open:
            before += "\n"
        text = match["text"]
        statement = Statement(
            text, len(before), len(before) + len(text), category, {category: 1.0}, themes, enumerator_at(text)
        )
        self.sections[-1] = Section(
            section.kind,
            before + text,
            section.number,
            section.heading,
            statements=(*section.statements, statement),
        )
        self.paragraph_open = True
        self.lines.append(number)
        if unknown := [name for name in named if name not in known]:
            raise ValueError(f"no theme {', '.join(unknown)}")
        if category.has_themes != bool(themes):
            raise ValueError(
                f"themes {'missing' if category.has_themes else 'not allowed'} on {match['code']}"
            )

    def build(self) -> AnnotatedReport:
        report = Report(
            source=f"{self.source}#{self.identity}",
            title=f"{self.agency}{self.year or ''}年政府信息公开工作年度报告",
            agency=self.agency,
            year=self.year,
            level=_level_of(self.level),
            region=None,
            sections=tuple(self.sections),
        )
        return AnnotatedReport(
            self.identity, report, Path(self.source).stem, self.style, self.level, tuple(self.lines)
        )


def _level_of(word: str) -> Level | None:
    return next((level for level, words in _LEVEL_WORDS.items() if any(w in word for w in words)), None)
