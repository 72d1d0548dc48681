"""`gongkai models`."""

from __future__ import annotations

import json

from rich.console import Console
from rich.table import Table

import models as shipped


def models() -> None:
    """List the models that come with gongkai: name, version, size, and scores on the corpus's test split.

    And what `--engine auto` takes for a long run on this machine, and why.

    Example:

        gongkai models
    """
    table = Table("name", "version", "MB", "statement F1", "boundary F1", "problem F1")
    table.add_column("directory", overflow="fold")  # cut, it would be of no use to --model
    for name, directory in shipped.available().items():
        config = json.loads((directory / shipped.CONFIG).read_text(encoding="utf-8"))
        scores = config.get("scores", {}).get("test", {})
        megabytes = sum(file.stat().st_size for file in directory.iterdir()) / 1e6
        cells = [_score(scores.get(metric)) for metric in ("statement_f1", "boundary_f1", "problem_f1")]
        table.add_row(name, config["version"], f"{megabytes:.0f}", *cells, str(directory))
    console = Console(highlight=False)
    console.print(table)
    if shipped.DEFAULT in shipped.available():
        from nlp.engines.choice import choose

        choice = choose(shipped.find(shipped.DEFAULT) / shipped.GRAPH)
        console.print(f"engine of a long run with {shipped.DEFAULT}: {choice.kind} ({choice.reason})")


def _score(value: list[float] | None) -> str:
    return "" if not value else f"{value[0]:.3f} [{value[1]:.3f}, {value[2]:.3f}]"
