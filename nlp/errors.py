"""Errors a user can act on. Each says what is wrong, where, and what to do, and has its own exit status."""

from __future__ import annotations

import re

LONGEST_REASON = 300
"""Characters of what is said of a file: parsers quote from it."""
_UNPRINTABLE = re.compile(
    "[\x00-\x1f\x7f-\x9f\xad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ud800-\udfff\ufeff\ufff9-\ufffb]"
)


def printable(text: str) -> str:
    """`text` as one line that does nothing to a terminal: what a name may hold beside characters is written out."""
    return _UNPRINTABLE.sub(lambda match: match.group().encode("unicode_escape").decode("ascii"), text)


class GongkaiError(Exception):
    """Base of all errors that are reported to the user as one line rather than as a traceback."""

    exit_status = 1

    def __str__(self) -> str:
        return printable(super().__str__())


class ReadError(GongkaiError):
    """A file could not be read.

    `source` is the file as the user named it, `what` the fault, `advice` what to do about it.
    """

    exit_status = 10
    advice = ""

    def __init__(self, source: str, what: str, advice: str | None = None) -> None:
        self.source = source
        self.what = " ".join(what.split())[:LONGEST_REASON]
        self.advice = self.advice if advice is None else advice
        super().__init__(f"{source}: {self.what}" + (f" ({self.advice})" if self.advice else ""))


class MissingFile(ReadError):
    """There is no such file, or it may not be opened."""

    exit_status = 11


class EmptyFile(ReadError):
    """The file holds no text at all."""

    exit_status = 12


class TooLarge(ReadError):
    """The file is over the size limit."""

    exit_status = 13


class UnknownFormat(ReadError):
    """The file is of no format that can be read."""

    exit_status = 14


class LegacyFormat(ReadError):
    """An Office or WPS file of another format, and nothing here that could convert it."""

    exit_status = 15
    advice = "save as .docx and try again"


class DamagedFile(ReadError):
    """The file claims a format that its content breaks."""

    exit_status = 16


class EncryptedFile(ReadError):
    """The file asks for a password."""

    exit_status = 17
    advice = "remove the password and try again"


class NoTextLayer(ReadError):
    """A PDF or OFD that holds only images of pages."""

    exit_status = 18
    advice = "no text layer: run OCR first"


class ModelError(GongkaiError):
    """A model could not be found or loaded."""

    exit_status = 20


class AnnotationError(GongkaiError):
    """Annotated text that breaks the line format or the guideline."""

    exit_status = 21


class SchemaError(GongkaiError):
    """JSON that is no report of the schema that this version reads."""

    exit_status = 22


class DatabaseError(GongkaiError):
    """A database that is missing, damaged, in use, or not one of `gongkai index`."""

    exit_status = 23


class UsageError(GongkaiError):
    """A command was given something that it cannot work with."""

    exit_status = 2


class MissingExtra(UsageError):
    """What was asked for takes libraries that are not installed: `extra` of the distribution has them."""

    def __init__(self, what: str, extra: str, fault: ImportError) -> None:
        self.extra = extra
        super().__init__(f"{what} needs the extra `{extra}`: pip install 'gongkai[{extra}]' ({fault})")
