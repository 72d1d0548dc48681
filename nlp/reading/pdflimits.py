"""Limits of what a PDF may unpack to and draw: pdfminer, which reads it, has none of its own.

pdfminer's ways to unpack a stream, and what pdfplumber draws a page with, are replaced, once for the process, by
ones that count. What is counted belongs to the PDF that is open (`budget`).
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

MAX_UNPACKED = 256 * 2**20
"""Bytes of all streams of a PDF together, unpacked."""
MAX_CONTENT = 64 * 2**20
"""Bytes of what its pages are drawn by, counted as often as they are drawn: a form may draw forms that draw forms."""
MAX_CHARS = 100_000
"""Characters of a page."""
MAX_PATHS = 50_000
"""Paths of a page; a page with more is a drawing, and the others are left out."""
_DRAWN_AT_LEAST = 1024
"""Bytes that drawing anything counts for."""
_BLOCK = 2**20


class Overrun(Exception):
    """A PDF is over a limit, which the message says."""


@dataclass(slots=True)
class _Budget:
    unpacked: int = MAX_UNPACKED
    content: int = MAX_CONTENT

    def unpack(self, number: int) -> None:
        self.unpacked -= number
        if self.unpacked < 0:
            raise Overrun(f"unpacks to more than {MAX_UNPACKED // 2**20} MiB")

    def draw(self, number: int) -> None:
        self.content -= max(number, _DRAWN_AT_LEAST)
        if self.content < 0:
            raise Overrun(f"draws more than {MAX_CONTENT // 2**20} MiB")


_BUDGET: ContextVar[_Budget | None] = ContextVar("budget", default=None)


@contextmanager
def budget() -> Iterator[None]:
    """The limits of one PDF. Within it, pdfminer raises Overrun."""
    _install()
    token = _BUDGET.set(_Budget())
    try:
        yield
    finally:
        _BUDGET.reset(token)


def _budget() -> _Budget:
    return _BUDGET.get() or _Budget()


class _Zlib:
    """What pdfminer takes for the module zlib."""

    error = zlib.error
    decompressobj = staticmethod(zlib.decompressobj)

    @staticmethod
    def decompress(data: bytes) -> bytes:
        """All that can be unpacked before the stream ends or breaks."""
        unpacker, parts, rest = zlib.decompressobj(), [], data
        try:
            while not unpacker.eof and (part := unpacker.decompress(rest, _BLOCK)):
                _budget().unpack(len(part))
                parts.append(part)
                rest = unpacker.unconsumed_tail
        except zlib.error:
            parts = parts or list(_piecemeal(data))
        return b"".join(parts)


def _piecemeal(data: bytes) -> Iterator[bytes]:
    """What a broken stream holds before its fault, which would cost the whole first block."""
    unpacker = zlib.decompressobj()
    with suppress(zlib.error):
        for at in range(0, min(len(data), _BLOCK), 64):
            part = unpacker.decompress(data[at : at + 64])
            _budget().unpack(len(part))
            yield part


def _lzw(data: bytes) -> bytes:
    from io import BytesIO

    from pdfminer.lzw import LZWDecoder

    parts = []
    for part in LZWDecoder(BytesIO(data)).run():
        _budget().unpack(len(part) + 1)
        parts.append(part)
    return b"".join(parts)


def _counted(unpack: Callable[[bytes], bytes], most: int) -> Callable[[bytes], bytes]:
    """A way of unpacking under which a byte becomes no more than `most` bytes."""

    def unpacked(data: bytes) -> bytes:
        _budget().unpack(most * len(data))
        return unpack(data)

    return unpacked


def _no_pixels(data: bytes, params: object) -> bytes:
    """Nothing for a faxed picture: it holds no text, whatever its size."""
    return b""


@lru_cache(maxsize=1)
def _install() -> None:
    import pdfminer.pdftypes
    import pdfplumber.page
    from pdfminer.pdftypes import list_value, stream_value

    types: Any = pdfminer.pdftypes  # what is replaced is no part of the modules' own typed surface
    page: Any = pdfplumber.page
    types.zlib = _Zlib()
    types.lzwdecode = _lzw
    types.rldecode = _counted(types.rldecode, 64)
    types.ccittfaxdecode = _no_pixels

    class Interpreter(page.PDFPageInterpreter):  # type: ignore[misc]
        """Carries out the content of pages and of forms."""

        def execute(self, streams: Sequence[object]) -> None:
            for stream in list_value(streams):
                _budget().draw(len(stream_value(stream).get_data()))
            super().execute(streams)

    class Device(page.PDFPageAggregatorWithMarkedContent):  # type: ignore[misc]
        """Collects the characters and paths of one page."""

        chars = paths = 0

        def render_string(self, textstate: Any, seq: Any, ncs: Any, graphicstate: Any) -> None:
            wide = 2 if getattr(textstate.font, "is_multibyte", lambda: False)() else 1
            self.chars += sum(len(part) for part in seq if isinstance(part, bytes)) // wide
            if self.chars > MAX_CHARS:
                raise Overrun(f"a page of more than {MAX_CHARS} characters")
            super().render_string(textstate, seq, ncs, graphicstate)

        def paint_path(self, *arguments: Any) -> None:
            self.paths += 1
            if self.paths <= MAX_PATHS:
                super().paint_path(*arguments)

    page.PDFPageInterpreter = Interpreter
    page.PDFPageAggregatorWithMarkedContent = Device
