"""The command line. One module a command, imported only when the command is called.

To add a command: write `nlp/cli/<name>.py` with a function of that name, or with a Typer app of that name for a command
that has commands of its own, and add a line to COMMANDS.
"""

from __future__ import annotations

import errno
import os
import sys
from importlib import import_module
from typing import Annotated, Any

import typer
from typer.core import TyperCommand, TyperGroup

from nlp.errors import GongkaiError, UsageError, printable

COMMANDS = {
    "tag": "Tag report files: statements, their categories and themes.",
    "index": "Gather reports in a database for searching.",
    "search": "Search the statements of a database.",
    "findings": "What reports show together: problems repeated, unanswered, promises not kept.",
    "serve": "Look at a database in the browser.",
    "models": "List the models that come with gongkai.",
    "schema": "Print the JSON Schema of the output.",
    "corpus": "Check annotated reports; convert them from and to other formats.",
    "suggest": "Pick the reports that are most worth annotating.",
    "train": "Fine-tune a model on annotated reports.",
    "eval": "Measure a model on annotated reports.",
    "benchmark": "Measure how fast tagging is, and beside what.",
}
"""Every command with its one-line help, which is all that `gongkai --help` reads."""


REFUSED = frozenset({errno.EACCES, errno.EPERM, errno.ENAMETOOLONG})
"""What the system says of a name that was given and that it does not even look at."""


class LazyCommand(TyperCommand):
    """A command whose module is imported when it is called."""

    def make_context(self, info_name: str | None, args: list[str], parent: Any = None, **extra: Any) -> Any:
        """The context of the real command."""
        return self.load().make_context(info_name, args, parent, **extra)

    def load(self) -> Any:
        """The real command, from the module of its name."""
        command = getattr(import_module(f"nlp.cli.{self.name}"), str(self.name))
        if isinstance(command, typer.Typer):
            return typer.main.get_command(command)
        app = typer.Typer(add_completion=False, rich_markup_mode="markdown", pretty_exceptions_enable=False)
        app.command(self.name)(command)
        return typer.main.get_command(app)


class LazyGroup(TyperGroup):
    """The group of COMMANDS, none of them imported."""

    def list_commands(self, ctx: Any) -> list[str]:
        """Names in the order of COMMANDS."""
        return list(COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """A stand-in for the command, or None if there is none of that name."""
        return LazyCommand(cmd_name, help=COMMANDS[cmd_name]) if cmd_name in COMMANDS else None


app = typer.Typer(
    cls=LazyGroup,
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode="markdown",
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["--help", "-h"]},
)


def _show_version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import PackageNotFoundError, version  # slow to import, and only needed here

        try:
            print(f"gongkai {version('gongkai')}")
        except PackageNotFoundError:
            print("gongkai (not installed)")
        raise typer.Exit


@app.callback()
def gongkai(
    version: Annotated[
        bool,
        typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version and exit."),
    ] = False,
) -> None:
    """Reads disclosure annual reports (政府信息公开工作年度报告) and tags their statements.

    `gongkai tag report.docx` is the place to start.
    """


def main() -> None:
    """Run the command line: errors a user can act on are one line on standard error, and an exit status."""
    try:
        app(prog_name="gongkai")
    except GongkaiError as error:
        print(f"error: {error}", file=sys.stderr)
        sys.exit(error.exit_status)
    except KeyboardInterrupt:
        sys.exit(130)
    except BrokenPipeError:
        _close_quietly()
        sys.exit(141)
    except OSError as fault:
        if fault.errno in REFUSED and fault.filename is not None:
            print(f"error: {printable(os.fsdecode(fault.filename))}: {fault.strerror}", file=sys.stderr)
            sys.exit(UsageError.exit_status)
        if fault.errno not in (errno.ENOSPC, errno.EDQUOT, errno.EIO):
            raise
        print(f"error: could not be written: {fault.strerror}", file=sys.stderr)
        _close_quietly()
        sys.exit(1)


def _close_quietly() -> None:
    """Standard output leads nowhere any more: let the interpreter's last flush go nowhere too."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
