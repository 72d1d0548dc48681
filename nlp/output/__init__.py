"""Output: tagged reports as a table, JSON lines, CSV or a web page."""

from __future__ import annotations

from nlp.output.writer import OutputFormat, Writer, open_writer, select

__all__ = ["OutputFormat", "Writer", "open_writer", "select"]
