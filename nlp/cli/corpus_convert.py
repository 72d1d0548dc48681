"""`gongkai corpus convert`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from nlp.cli.choices import members
from nlp.errors import UsageError

if TYPE_CHECKING:
    from training.formats import Format


def convert(
    source: Annotated[
        Path, typer.Argument(metavar="IN", help="A file, or a directory of .txt files of the line format.")
    ],
    target: Annotated[
        Path, typer.Argument(metavar="OUT", help="The file to write: it is complete, or absent.")
    ],
    to: Annotated[
        str | None,
        typer.Option(
            help="lines, jsonl, labelstudio, doccano or conll.",
            show_default="what OUT's name says: .txt lines, .jsonl jsonl, .json labelstudio, .conll conll",
        ),
    ] = None,
    start: Annotated[
        str | None,
        typer.Option(
            "--from",
            help="The format of IN: one of those, or tagged (the JSON lines of gongkai tag).",
            show_default="what its name and its contents say",
        ),
    ] = None,
    fill: Annotated[
        bool,
        typer.Option(
            "--fill", help="Text that nobody labelled becomes statements that are other, not an error."
        ),
    ] = False,
) -> None:
    """Convert annotated reports: from the line format of the corpus to what annotation tools read, and back.

    - **lines**: the line format of the corpus
    - **jsonl**: a JSON object a report, with the character spans of its statements
    - **labelstudio**: Label Studio's JSON, a task a report; back from its JSON export
    - **doccano**: doccano's JSONL for sequence labelling, themes as spans of their own: let the project overlap spans
    - **conll**: a character a line, with its themes and its B-/I- tag

    All of them carry what the line format holds: there and back again gives the same lines. What is not carried: from
    Label Studio and doccano, comments, relations, and who annotated what; of several annotations of a Label Studio task
    only the last; from `tagged`, confidences, offsets in the file, and the headings of the four sections of the current
    form. Headings that were shown to annotators, and labels on them, are left out. From tools that drop the
    metadata (agency, year, sections), all of a text is one section, `unnamed`.

    Tasks that nobody has labelled are left out, and their number is said.

    Examples:

        gongkai corpus convert my-corpus/train tasks.json

        gongkai corpus convert export.json reports.txt

        gongkai corpus convert reports.txt reports.jsonl --to doccano

        gongkai corpus convert tagged.jsonl to-correct.txt
    """
    from nlp.output.writer import replaced
    from training.formats import guess, read_as, write_as

    files = sorted(source.glob("*.txt")) if source.is_dir() else [source]
    if not files:
        raise UsageError(f"{source}: no annotated text (*.txt) there")
    if not files[0].exists():
        raise UsageError(f"{source}: cannot be read: no such file")
    reading = _format(start, "--from") or guess(files[0])
    writing = _format(to, "--to") or guess(target, to_write=True)
    if not writing.writable:
        raise UsageError("--to tagged: this is what gongkai tag writes; choose another format")
    reports, left_out = [], 0
    for file in files:
        found, unlabelled = read_as(reading, file, fill)
        reports += found
        left_out += unlabelled
    if left_out:
        print(f"{source}: {left_out} reports that nobody has labelled are left out", file=sys.stderr)
    if not reports:
        raise UsageError(f"{source}: no annotated report in it")
    with replaced(target) as stream:
        stream.writelines(write_as(writing, reports))
    print(f"{target}: {len(reports)} reports", file=sys.stderr)


def _format(name: str | None, option: str) -> Format | None:
    from training.formats import Format

    named = members(Format, name, option)
    if len(named) > 1:
        raise UsageError(f"{option}: one format, not {len(named)}")
    return named[0] if named else None
