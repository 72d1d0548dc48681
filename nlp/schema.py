"""The output schema: one JSON object a report, versioned, with a way back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from nlp.document import Origin
from nlp.errors import SchemaError
from nlp.labels import Category, Label, Level, SectionKind, Theme
from nlp.report import Report, Section, Statement

VERSION = "gongkai/1"
DECIMALS = 4


def to_json(report: Report) -> dict[str, Any]:
    """A report as a JSON object of the schema; confidences are rounded to four decimals."""
    return {
        "schema": VERSION,
        "source": report.source,
        "title": report.title,
        "agency": report.agency,
        "year": report.year,
        "level": None if report.level is None else str(report.level),
        "region": report.region,
        "warnings": list(report.warnings),
        "model": report.model,
        "sections": [_section_to_json(section) for section in report.sections],
    }


def _section_to_json(section: Section) -> dict[str, Any]:
    return {
        "kind": str(section.kind),
        "number": section.number,
        "heading": section.heading,
        "origin": {"page": section.origin.page, "line": section.origin.line},
        "text": section.text,
        "statements": [_statement_to_json(statement) for statement in section.statements],
    }


def _statement_to_json(statement: Statement) -> dict[str, Any]:
    return {
        "start": statement.start,
        "end": statement.end,
        "text": statement.text,
        "category": str(statement.category),
        "confidence": {
            str(c): round(statement.confidence[c], DECIMALS) for c in Category if c in statement.confidence
        },
        "themes": {str(theme): round(value, DECIMALS) for theme, value in statement.themes.items()},
        "enumerator": statement.enumerator,
    }


def from_json(data: Mapping[str, Any]) -> Report:
    """Back from `to_json`. Raises SchemaError if `data` is of another schema, or breaks this one."""
    if data.get("schema") != VERSION:
        raise SchemaError(
            f"schema {data.get('schema')!r} is not {VERSION!r}: tag the file again with this version"
        )
    try:
        _check(data, source=str, title=(str, None), agency=(str, None), year=(int, None), region=(str, None))
        _check(data, model=(str, None))
        return Report(
            source=data["source"],
            title=data["title"],
            agency=data["agency"],
            year=data["year"],
            level=None if data["level"] is None else Level(data["level"]),
            region=data["region"],
            sections=tuple(_section_from_json(section) for section in data["sections"]),
            warnings=tuple(data["warnings"]),
            model=data["model"],
        )
    except (KeyError, TypeError, ValueError, AttributeError) as fault:
        raise SchemaError(f"not a report of schema {VERSION}: {fault!r}") from fault


def _check(data: Mapping[str, Any], **kinds: type | tuple[type | None, ...]) -> None:
    """Raise ValueError for a value that is of another kind, or text that is no Unicode (but for names of files)."""
    for key, kind in kinds.items():
        value = data[key]
        wanted = tuple(
            type(None) if one is None else one for one in (kind if isinstance(kind, tuple) else (kind,))
        )
        if not isinstance(value, wanted) or (isinstance(value, int) and not abs(value) < 2**31):
            raise ValueError(f"{key} is {value!r}"[:100])
        if isinstance(value, str) and key != "source":
            value.encode()


def _section_from_json(data: Mapping[str, Any]) -> Section:
    _check(data, text=str, number=(str, None), heading=(str, None))
    text = data["text"]
    return Section(
        kind=SectionKind(data["kind"]),
        text=text,
        number=data["number"],
        heading=data["heading"],
        origin=Origin(**data["origin"]),
        statements=tuple(_statement_from_json(statement, text) for statement in data["statements"]),
    )


def _statement_from_json(data: Mapping[str, Any], text: str) -> Statement:
    _check(data, start=int, end=int, text=str, enumerator=(str, None))
    start, end = data["start"], data["end"]
    if not 0 <= start < end or text[start:end] != data["text"]:
        raise ValueError(f"characters {start} to {end} of the section are not the statement's text")
    return Statement(
        text=data["text"],
        start=start,
        end=end,
        category=Category(data["category"]),
        confidence={Category(name): value for name, value in data["confidence"].items()},
        themes={Theme(name): value for name, value in data["themes"].items()},
        enumerator=data["enumerator"],
    )


def json_schema() -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) that every line of the JSON output meets."""
    text, optional_text = {"type": "string"}, {"type": ["string", "null"]}
    probability = {"type": "number", "minimum": 0, "maximum": 1}
    count = {"type": "integer", "minimum": 0}
    optional_count = {"type": ["integer", "null"], "minimum": 1}
    statement = _object(
        start={**count, "description": "offset of the first character in the section's text"},
        end={**count, "description": "offset after the last character"},
        text={**text, "minLength": 1},
        category={"enum": _keys(Category), "description": _names(Category)},
        confidence={
            "type": "object",
            "propertyNames": {"enum": _keys(Category)},
            "additionalProperties": probability,
            "description": "a probability for every category",
        },
        themes={
            "type": "object",
            "propertyNames": {"enum": _keys(Theme)},
            "additionalProperties": probability,
            "maxProperties": 3,
            "description": f"of problems and improvements, strongest first: {_names(Theme)}",
        },
        enumerator={**optional_text, "description": "the mark that opens the statement: 一是, （二）, 3."},
    )
    section = _object(
        kind={"enum": _keys(SectionKind), "description": _names(SectionKind)},
        number={**optional_text, "description": "as written: 五"},
        heading={**optional_text, "description": "as written, without its number"},
        origin=_object(page=optional_count, line=optional_count),
        text={**text, "description": "the narrative, tables left out; paragraphs are joined by a line break"},
        statements={"type": "array", "items": statement},
    )
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "A tagged disclosure annual report (政府信息公开工作年度报告)",
        **_object(
            schema={"const": VERSION},
            source={**text, "description": "the file as it was named, - for standard input"},
            title=optional_text,
            agency=optional_text,
            year={"type": ["integer", "null"]},
            level={"enum": [*_keys(Level), None], "description": _names(Level)},
            region={
                **optional_text,
                "description": "the province, or the place that the agency's name opens with",
            },
            warnings={"type": "array", "items": text},
            model={**optional_text, "description": "name and version of the model; null if untagged"},
            sections={"type": "array", "items": section},
        ),
    }


def _object(**properties: Any) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def _keys(labels: type[Label]) -> list[str]:
    return [str(label) for label in labels]


def _names(labels: type[Label]) -> str:
    return ", ".join(f"{label} {label.chinese}" for label in labels)
