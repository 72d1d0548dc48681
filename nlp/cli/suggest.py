"""`gongkai suggest`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

import models
from nlp.cli.choices import members
from nlp.cli.options import ThreadsOption
from nlp.cli.progress import progress
from nlp.engines.kind import HELP, MANY_FILES, EngineKind
from nlp.errors import ReadError, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from nlp.report import Report
    from nlp.search.encoder import SentenceEncoder, Vectors
    from nlp.tagger import Tagger
    from training.formats import Format
    from training.suggestion import Pick


def suggest(
    inputs: Annotated[
        list[str],
        typer.Argument(
            metavar="FILES", help="Reports: files, directories, or quoted patterns.", show_default=False
        ),
    ],
    output: Annotated[
        Path,
        typer.Option(
            "--output", "-o", help="The file to write: it is complete, or absent.", show_default=False
        ),
    ],
    count: Annotated[int, typer.Option("--count", "-n", min=1, help="How many reports to pick.")] = 10,
    format: Annotated[
        str | None,
        typer.Option(
            "--format",
            "-f",
            help="lines or labelstudio.",
            show_default="what --output's name says: .json labelstudio, .txt lines",
        ),
    ] = None,
    model: Annotated[
        str, typer.Option(help="The model that labels them: a name or a directory.")
    ] = models.DEFAULT,
    labelled: Annotated[
        list[str] | None,
        typer.Option(
            help="What is annotated already, and need not be again: a split of the corpus (train), or annotated "
            "files or directories. Can be given several times.",
            show_default=False,
        ),
    ] = None,
    measure: Annotated[
        str,
        typer.Option(help="Uncertainty by entropy, or by the margin of the first category over the second."),
    ] = "entropy",
    diversity: Annotated[
        float,
        typer.Option(min=0.0, max=1.0, help="0: the most uncertain reports; 1: the most different ones."),
    ] = 0.5,
    threads: ThreadsOption = None,
    engine: Annotated[str, typer.Option(help=f"What runs the model. {HELP}.")] = str(EngineKind.AUTO),
    max_size: Annotated[int, typer.Option(min=1, help="Largest file to read, in MiB.")] = 64,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="No progress.")] = False,
) -> None:
    """Pick the reports whose annotation would teach the model most, and write them with the model's labels, to correct.

    The model tags every report. Picked are, one after another, reports whose statements it is unsure of, the mean over
    their number, and that are unlike those picked before (and those that --labelled names) by the mean of their
    statements' vectors. Standard output lists them: uncertainty, distance to the nearest, file.

    The labels in the file are the model's, none is checked: correct them by the guideline, then train with
    `gongkai train --from default --data`. Labels for Label Studio are predictions, so that only what somebody has
    submitted comes back with `gongkai corpus convert`.

    Examples:

        gongkai suggest 年报/ --count 20 -o to-annotate.txt

        gongkai suggest 年报/ -n 50 -o tasks.json --labelled train --labelled mine/

    Exit status: 0 done; 1 some files could not be read (the picks are of the others); 2 wrong usage.
    """
    from nlp.inputs import expand
    from nlp.output.writer import replaced
    from nlp.search.encoder import OnnxEncoder
    from nlp.tagger import Tagger
    from training.annotation import read_split
    from training.suggestion import Measure, pick, uncertainty

    written_as = _format(format, output)
    measures = members(Measure, measure, "--measure")
    known = [annotated.report for name in labelled or () for annotated in read_split(name)]
    sources = expand(inputs)
    tagger = Tagger.load(
        model, threads=threads, engine=EngineKind.of(engine), long_run=len(sources) >= MANY_FILES
    )
    failures: list[ReadError] = []
    with progress("tagging", len(sources), quiet) as advance:
        reports = list(_tagged(sources, tagger, max_size * 2**20, failures, advance))
    if not reports:
        raise UsageError("none of these files holds a report with narrative text")
    encoder = OnnxEncoder(models.ENCODER, threads)
    with progress("reading for meaning", len(reports) + len(known), quiet) as advance:
        vectors, of_known = _vectors(reports, encoder, advance), _vectors(known, encoder, advance)
    picks = pick([uncertainty(one, measures[0]) for one in reports], vectors, count, diversity, of_known)
    with replaced(output) as stream:
        stream.writelines(_written(written_as, reports, picks))
    for one in picks:
        print(f"{one.uncertainty:.3f}\t{one.novelty:.3f}\t{reports[one.index].source}")
    print(f"{output}: {len(picks)} of {len(reports)} reports, with labels to correct", file=sys.stderr)
    if failures:
        raise typer.Exit(1)


def _format(name: str | None, output: Path) -> Format:
    from training.formats import Format, guess

    named = members(Format, name, "--format") or (guess(output, to_write=True),)
    if len(named) > 1 or named[0] not in (Format.LINES, Format.LABELSTUDIO):
        raise UsageError("--format: choose from lines, labelstudio (gongkai corpus convert makes the others)")
    return named[0]


def _tagged(
    sources: Sequence[str],
    tagger: Tagger,
    max_bytes: int,
    failures: list[ReadError],
    advance: Callable[[], None],
) -> Iterator[Report]:
    """The reports that have statements; a file that cannot be read, or has none, is said."""
    from nlp.pipeline import Failure, tag_files

    for result in tag_files(sources, tagger, max_bytes):
        advance()
        if isinstance(result, Failure):
            failures.append(result.error)
            print(f"error: {result.error}", file=sys.stderr)
        elif any(True for _ in result.statements()):
            yield result
        else:
            print(f"warning: {result.source}: no narrative text", file=sys.stderr)


def _vectors(reports: Sequence[Report], encoder: SentenceEncoder, advance: Callable[[], None]) -> Vectors:
    import numpy as np

    from training.suggestion import mean_vector

    rows = []
    for report in reports:
        rows.append(mean_vector(report, encoder))
        advance()
    return np.stack(rows) if rows else np.zeros((0, 1), dtype=np.float32)


def _written(written_as: Format, reports: Sequence[Report], picks: Sequence[Pick]) -> Iterator[str]:
    """The file's pieces."""
    from training.formats import Format, write_as
    from training.formats.labelstudio import Prediction, write_predicted
    from training.formats.spans import to_annotated
    from training.formats.tagged import from_report, unique

    taken: set[str] = set()
    annotated = [
        to_annotated(from_report(report, unique(Path(report.source).stem, taken)), report.source)
        for report in (reports[one.index] for one in picks)
    ]
    if written_as is Format.LINES:
        return write_as(written_as, annotated)
    predictions = [Prediction(reports[one.index].model or "", round(1 - one.uncertainty, 4)) for one in picks]
    return write_predicted(zip(annotated, predictions, strict=True))
