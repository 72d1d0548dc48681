"""JSON lines: one report a line, of the schema in `nlp.schema`."""

from __future__ import annotations

import json
from typing import TextIO

from nlp.report import Report
from nlp.schema import to_json


class JsonLinesWriter:
    """Writes a line of JSON for each report."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, report: Report) -> None:
        """Write one line."""
        self._stream.write(json.dumps(to_json(report), ensure_ascii=False) + "\n")
        self._stream.flush()

    def close(self) -> None:
        """Nothing stands after the last line."""
