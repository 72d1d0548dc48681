"""`gongkai serve`."""

from __future__ import annotations

import errno
import socket
import sys
from contextlib import suppress
from typing import Annotated

import typer

from nlp.cli.options import DatabaseArgument
from nlp.errors import UsageError
from nlp.extras import needs

LOCAL = "127.0.0.1"


def serve(
    database: DatabaseArgument,
    host: Annotated[
        str, typer.Option(help="The address to listen on: this machine's own, for nobody else.")
    ] = LOCAL,
    port: Annotated[
        int, typer.Option(min=0, max=65535, help="The port to listen on; 0 for any that is free.")
    ] = 8000,
    open_page: Annotated[bool, typer.Option("--open", help="Open the page in the browser.")] = False,
) -> None:
    """Look at a database in the browser: search, facets, reports, charts, findings, downloads.

    Needs the extra `serve` (pip install 'gongkai[serve]'). Nothing leaves this machine, and nothing is changed.

    Examples:

        gongkai serve reports.db

        gongkai serve reports.db --port 8080 --open
    """
    with needs("serve", "the page"):
        import uvicorn

        from nlp.web import create
    import models
    from nlp.index import Database
    from nlp.search.encoder import OnnxEncoder
    from nlp.search.searcher import has_vectors

    with Database.open_readonly(database) as opened:
        encoder = OnnxEncoder(models.ENCODER) if has_vectors(opened.connection) else None
    application = create(database, encoder, [] if host == LOCAL else ["*"])
    listening = _listen(host, port)
    address = f"http://{_named(host)}:{listening.getsockname()[1]}/"
    print(f"{address}  (Ctrl+C to stop)", file=sys.stderr)
    if open_page:
        import webbrowser

        webbrowser.open(address)
    with suppress(KeyboardInterrupt):  # the way to stop it
        uvicorn.Server(uvicorn.Config(application, log_level="warning")).run(sockets=[listening])


def _listen(host: str, port: int) -> socket.socket:
    """A socket at that address; of port 0, at one that is free. Raises UsageError if it cannot be had."""
    try:
        return socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET)
    except OSError as fault:
        reason = "another program listens there" if fault.errno == errno.EADDRINUSE else fault.strerror
        raise UsageError(
            f"--port {port} of {host}: {reason}; choose another, or 0 for any that is free"
        ) from None


def _named(host: str) -> str:
    """The host as a browser takes it."""
    return "localhost" if host == LOCAL else f"[{host}]" if ":" in host else host
