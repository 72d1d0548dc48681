"""LibreOffice, where it is installed: it converts old and other formats to those that are read here."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from contextlib import suppress
from pathlib import Path

from nlp.errors import DamagedFile, LegacyFormat, TooLarge

SECONDS = 90.0
"""How long LibreOffice may take for one file."""
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
<item oor:path="/org.openoffice.Office.Writer/Content/Update">
<prop oor:name="Link" oor:op="fuse"><value>0</value></prop>
</item>
<item oor:path="/org.openoffice.Office.Calc/Content/Update">
<prop oor:name="Link" oor:op="fuse"><value>1</value></prop>
</item>
</oor:items>
"""
"""Of the profile that a conversion runs in: no macros, and nothing fetched that a file links to.

Links are updated never: the two programs number their choices in different orders.
"""


def soffice() -> str | None:
    """The path of LibreOffice's program; None if it is not installed."""
    path = os.pathsep.join([os.environ.get("PATH", os.defpath), *_PLACES])
    return next((found for name in _PROGRAMS if (found := shutil.which(name, path=path))), None)


def converted(data: bytes, source: str, suffix: str, target: str, kind: str, seconds: float) -> bytes:
    """A file of format `suffix` (".doc") as `target` (".docx"); `kind` says in errors what the file is.

    LibreOffice runs on its own: its profile and files are in a directory that is removed. Raises LegacyFormat where it
    is not installed, DamagedFile where it cannot open the file, TooLarge where it takes longer than `seconds`.
    """
    program = soffice()
    if program is None:
        raise LegacyFormat(source, kind, f"save as {target}, or install LibreOffice, and try again")
    with tempfile.TemporaryDirectory(prefix="gongkai-", ignore_cleanup_errors=True) as name:
        directory = Path(name)
        settings = directory / "profile" / "user" / "registrymodifications.xcu"
        settings.parent.mkdir(parents=True)
        settings.write_text(_SETTINGS, encoding="utf-8")
        report = directory / f"report{suffix}"
        report.write_bytes(data)
        command = [
            program, f"-env:UserInstallation={(directory / 'profile').as_uri()}", "--headless", "--norestore",
            "--nologo", "--nodefault", "--convert-to", target[1:], "--outdir", str(directory), str(report),
        ]  # fmt: skip
        _run(command, directory, source, target, seconds)
        try:
            return report.with_suffix(target).read_bytes()
        except OSError:
            raise DamagedFile(
                source,
                f"LibreOffice cannot open this {suffix}",
                f"open it where it was made, and save as {target}",
            ) from None


def _run(command: list[str], directory: Path, source: str, target: str, seconds: float) -> None:
    """Run LibreOffice in a process group of its own, which ends with it. Raises TooLarge, LegacyFormat."""
    environment = {**os.environ, "HOME": str(directory), "TMPDIR": str(directory)}
    advice = f"save as {target} and try again"
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
        raise LegacyFormat(source, f"LibreOffice could not be started: {fault.strerror}", advice) from fault
    try:
        process.wait(timeout=seconds)
    except subprocess.TimeoutExpired:
        raise TooLarge(source, f"LibreOffice took longer than {seconds:.0f} s to open it", advice) from None
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
