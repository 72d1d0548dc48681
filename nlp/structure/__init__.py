"""Structure: from a document to a report with its narrative sections."""

from __future__ import annotations

from nlp.document import Document
from nlp.labels import SectionKind
from nlp.notice import Notice
from nlp.report import Report, Section
from nlp.structure.divisions import level_of, region_of
from nlp.structure.lines import lines_of
from nlp.structure.metadata import metadata_of
from nlp.structure.sections import narrative, outline

__all__ = ["parse"]


def parse(document: Document) -> Report:
    """Find the report in a document: who, when, and the sections of narrative text, not yet tagged.

    Never refuses a document: one without section headings becomes a report of a single unnamed section, with a
    warning. Tables are left out of the sections, whether the file marks them or they arrive as lines of text.
    """
    lines = lines_of(document.blocks)
    divided = outline(lines)
    texts = [line.text for line in lines]
    front = divided.front if divided.sections else lines[: min(len(lines), 6)]
    metadata = metadata_of([line.text for line in front], texts, document.title)
    warnings = list(document.warnings)
    if divided.sections:
        sections = divided.sections
        lead = narrative(
            [line for i, line in enumerate(divided.front) if i not in metadata.spent], last=False
        )
        if lead:
            sections = (
                Section(SectionKind.LEAD, "\n".join(line.text for line in lead), origin=lead[0].origin),
                *sections,
            )
        if any(section.kind is SectionKind.PROBLEMS and not section.text for section in sections):
            warnings.append(Notice.EMPTY_PROBLEMS.value)
    else:
        body = narrative([line for i, line in enumerate(lines) if i not in metadata.spent], last=True)
        text = "\n".join(line.text for line in body)
        sections = (Section(SectionKind.UNNAMED, text, origin=body[0].origin),) if body else ()
        warnings.append(Notice.NO_HEADING.value)
    if divided.reports > 1:
        warnings.append(Notice.SEVERAL.value)
    if metadata.year is None:
        warnings.append(Notice.NO_YEAR.value)
    agency = metadata.agency
    return Report(
        source=document.source,
        title=metadata.title,
        agency=agency,
        year=metadata.year,
        level=level_of(agency) if agency else None,
        region=region_of(agency) if agency else None,
        sections=sections,
        warnings=tuple(warnings),
    )
