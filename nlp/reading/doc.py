"""Binary Word and WPS documents (.doc, .wps): converted to .docx by LibreOffice, where it is installed."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from nlp.document import Document, FileFormat
from nlp.errors import DamagedFile, LegacyFormat, TooLarge
from nlp.reading.docx import read_docx

SECONDS = 90.0
"""How long LibreOffice may take for one document."""
_PROGRAMS = ("soffice", "libreoffice")
_PLACES = (
    "/Applications/LibreOffice.app/Contents/MacOS",
    r"C:\Program Files\LibreOffice\program",
)
"""Where LibreOffice's installers put it without telling PATH."""
_SETTINGS = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry">
<item oor:path="/org.openoffice.Office.Common/Security/Scripting">
<prop oor:name="MacroSecurityLevel" oor:op="fuse"><value>3</value></prop>
<prop oor:name="DisableMacrosExecution" oor:op="fuse"><value>true</value></prop>
<prop oor:name="BlockUntrustedRefererLinks" oor:op="fuse"><value>true</value></prop>
</item>
</oor:items>
"""
"""Of the profile that a conversion runs in: no macros, and nothing fetched that a document links to."""


def soffice() -> str | None:
    """The path of LibreOffice's program; None if it is not installed."""
    path = os.pathsep.join([os.environ.get("PATH", os.defpath), *_PLACES])
    return next((found for name in _PROGRAMS if (found := shutil.which(name, path=path))), None)


def read_doc(data: bytes, source: str, *, seconds: float = SECONDS) -> Document:
    """Body text of a binary Word document.

    Raises LegacyFormat where LibreOffice is not installed, DamagedFile where it cannot open the document, TooLarge
    where it takes longer than `seconds`.
    """
    program = soffice()
    if program is None:
        raise LegacyFormat(
            source,
            "an old binary Word or WPS document (.doc, .wps)",
            "save as .docx, or install LibreOffice, and try again",
        )
    converted = _converted(program, data, source, seconds)
    return replace(read_docx(converted, source), format=FileFormat.DOC)


def _converted(program: str, data: bytes, source: str, seconds: float) -> bytes:
    """The document as .docx, by a LibreOffice of its own: profile and files are in a directory that is removed."""
    with tempfile.TemporaryDirectory(prefix="gongkai-", ignore_cleanup_errors=True) as name:
        directory = Path(name)
        settings = directory / "profile" / "user" / "registrymodifications.xcu"
        settings.parent.mkdir(parents=True)
        settings.write_text(_SETTINGS, encoding="utf-8")
        (directory / "report.doc").write_bytes(data)
        command = [
            program, f"-env:UserInstallation={(directory / 'profile').as_uri()}", "--headless", "--norestore",
            "--nologo", "--nodefault", "--convert-to", "docx", "--outdir", str(directory),
            str(directory / "report.doc"),
        ]  # fmt: skip
        _run(command, directory, source, seconds)
        try:
            return (directory / "report.docx").read_bytes()
        except OSError:
            raise DamagedFile(
                source, "LibreOffice cannot open this .doc", "open it in Word, and save as .docx"
            ) from None


def _run(command: list[str], directory: Path, source: str, seconds: float) -> None:
    """Run LibreOffice in a process group of its own, which ends with it. Raises TooLarge, LegacyFormat."""
    environment = {**os.environ, "HOME": str(directory), "TMPDIR": str(directory)}
    try:
        process = subprocess.Popen(
            command,
            cwd=directory,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
    except OSError as fault:
        raise LegacyFormat(source, f"LibreOffice could not be started: {fault.strerror}") from fault
    try:
        process.wait(timeout=seconds)
    except subprocess.TimeoutExpired:
        raise TooLarge(
            source, f"LibreOffice took longer than {seconds:.0f} s to open it", "save as .docx and try again"
        ) from None
    finally:
        _end(process)


def _end(process: subprocess.Popen[bytes]) -> None:
    """End a process and those that it started."""
    if sys.platform == "win32":
        process.kill()
    else:
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
    process.wait()
