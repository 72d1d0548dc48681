"""`gongkai serve`."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from nlp.cli.options import DatabaseArgument
from nlp.errors import UsageError

LOCAL = "127.0.0.1"


def serve(
    database: DatabaseArgument,
    host: Annotated[
        str, typer.Option(help="The address to listen on: this machine's own, for nobody else.")
    ] = LOCAL,
    port: Annotated[int, typer.Option(min=0, max=65535, help="The port to listen on.")] = 8000,
    open_page: Annotated[bool, typer.Option("--open", help="Open the page in the browser.")] = False,
) -> None:
    """Look at a database in the browser: search, facets, reports, charts, findings, downloads.

    Needs the extra `serve` (pip install 'gongkai[serve]'). Nothing leaves this machine, and nothing is changed.

    Examples:

        gongkai serve reports.db

        gongkai serve reports.db --port 8080 --open
    """
    try:
        import uvicorn

        from nlp.web import create
    except ImportError as missing:
        raise UsageError(
            f"the page needs the extra `serve`: pip install 'gongkai[serve]' ({missing})"
        ) from None
    import models
    from nlp.index import Database
    from nlp.search.encoder import OnnxEncoder
    from nlp.search.searcher import has_vectors

    with Database.open_readonly(database) as opened:
        encoder = OnnxEncoder(models.ENCODER) if has_vectors(opened.connection) else None
    application = create(database, encoder, [] if host == LOCAL else ["*"])
    address = f"http://{'localhost' if host == LOCAL else host}:{port}/"
    print(f"{address}  (Ctrl+C to stop)", file=sys.stderr)
    if open_page:
        import webbrowser

        webbrowser.open(address)
    uvicorn.run(application, host=host, port=port, log_level="warning")
