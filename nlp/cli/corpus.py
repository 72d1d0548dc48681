"""`gongkai corpus`."""

from __future__ import annotations

import typer

from nlp.cli.corpus_check import check
from nlp.cli.corpus_convert import convert

corpus = typer.Typer(
    name="corpus",
    help="Check annotated reports; convert them from and to other formats.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode="markdown",
    pretty_exceptions_enable=False,
)
corpus.command()(check)
corpus.command()(convert)
