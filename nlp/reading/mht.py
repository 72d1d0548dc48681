"""Saved web pages (.mht, .mhtml): the page in the archive, read as the web page that it was."""

from __future__ import annotations

import email
import email.policy
from dataclasses import replace
from email.message import Message

from nlp.document import Document, FileFormat
from nlp.errors import DamagedFile
from nlp.reading.html import read_html
from nlp.reading.text import read_text

_MAX_PARTS = 50
"""Multiparts within each other and pages of an archive: one page has a few frames, an attack has any number."""


def read_mht(data: bytes, source: str) -> Document:
    """The page of a web archive; of several (frames), the one with the most text. Raises DamagedFile."""
    if data.lower().count(b"boundary=") > _MAX_PARTS:
        raise DamagedFile(source, "a web archive of too many parts", "save the page as .html and try again")
    message = email.message_from_bytes(data, policy=email.policy.compat32)
    pages = [part for part in message.walk() if part.get_content_type() in ("text/html", "text/plain")]
    html = [part for part in pages if part.get_content_type() == "text/html"]
    documents = [_read(part, source) for part in (html or pages)[:_MAX_PARTS]]
    longest = max(documents, key=_length, default=None)
    if longest is None or not _length(longest):
        raise DamagedFile(
            source, "a saved web archive (.mht) without a page in it", "save the page as .html and try again"
        )
    return replace(longest, format=FileFormat.MHT)


def _read(part: Message, source: str) -> Document:
    payload = part.get_payload(decode=True)
    content = payload if isinstance(payload, bytes) else b""
    if part.get_content_type() == "text/plain":
        return read_text(content, source)
    return read_html(content, source, part.get_content_charset())


def _length(document: Document) -> int:
    return sum(len(paragraph.text) for paragraph in document.paragraphs())
