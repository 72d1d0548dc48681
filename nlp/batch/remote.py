"""The manifest of a run whose output is at a URL: kept here while the run lasts, and sent there as it grows."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterable
from pathlib import Path
from tempfile import TemporaryDirectory

from nlp.batch.manifest import NAME, Entry, Manifest
from nlp.batch.storage import Remote, Storage
from nlp.errors import DatabaseError

SECONDS = 30.0
"""How long what was recorded may be here only: what a kill can cost, beside the shards that were in work."""
PATIENCE = 20.0
"""How many times as long as sending takes passes before it is sent again."""


class RemoteManifest(Manifest):
    """The manifest of a run at a URL; a context manager, at whose end it is there.

    Nothing keeps two runs from one URL, but neither takes the other's manifest away: the second to send its own gets a
    DatabaseError.
    """

    def __init__(self, storage: Remote) -> None:
        self._storage = storage
        self._home = TemporaryDirectory()
        self._known = storage.fingerprint(NAME)
        if self._known is not None:
            with storage.open(NAME) as there, (Path(self._home.name) / NAME).open("wb") as here:
                shutil.copyfileobj(there, here)
        try:
            super().__init__(Path(self._home.name))
        except DatabaseError as error:
            raise DatabaseError(f"{storage}: {error}") from None
        self._due = time.monotonic() + SECONDS

    def __exit__(self, *fault: object) -> None:
        try:
            self._send()
        finally:
            super().__exit__(*fault)
            self._home.cleanup()

    def record(self, entries: Iterable[Entry]) -> None:
        """Say what became of files, all at once; sent now or soon."""
        super().record(entries)
        begun = time.monotonic()
        if begun >= self._due:
            self._send()
            now = time.monotonic()
            self._due = now + max(SECONDS, PATIENCE * (now - begun))

    def _send(self) -> None:
        if self._storage.fingerprint(NAME) != self._known:
            raise DatabaseError(f"{self._storage}: another run writes there: choose another --output")
        with self._storage.replaced(NAME) as there, self.path.open("rb") as here:
            shutil.copyfileobj(here, there)
        self._known = self._storage.fingerprint(NAME)


def manifest_of(storage: Storage) -> Manifest:
    """The manifest of a run that goes into `storage`. Raises DatabaseError if that cannot be used."""
    return RemoteManifest(storage) if isinstance(storage, Remote) else Manifest(storage.path)
