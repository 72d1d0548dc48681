"""JSON lines: one report a line, of the schema in `nlp.schema`."""

from __future__ import annotations

import json
from typing import TextIO

from nlp.report import Report
from nlp.schema import to_json


def line_of(report: Report) -> str:
    """The report as a line of JSON, in ASCII where its file's name is no Unicode."""
    data = to_json(report)
    line = json.dumps(data, ensure_ascii=False)
    return line if _is_unicode(line) else json.dumps(data)


def _is_unicode(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


class JsonLinesWriter:
    """Writes a line of JSON for each report."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, report: Report) -> None:
        """Write one line."""
        self._stream.write(line_of(report) + "\n")
        self._stream.flush()

    def close(self) -> None:
        """Nothing stands after the last line."""
