"""The folder of wheels, each stored once under the hash of its content."""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Collection, Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final

_CHUNK_BYTES: Final = 1024 * 1024


@dataclass(frozen=True, kw_only=True)
class ReceivedFile:
    """A file that is in the data folder but not yet kept."""

    path: Path
    sha256: str
    size_bytes: int


class WheelFolder:
    """`wheels/ab/<sha256>.whl` in the data folder, and `incoming/` beside it.

    A name in `wheels/` stands for a file that is whole and on the disk, whenever the process or the
    machine stops: a file is written in `incoming/`, flushed, and only then renamed.
    """

    def __init__(self, data_folder: Path) -> None:
        self._wheels = data_folder / "wheels"
        self._incoming = data_folder / "incoming"
        for folder in (self._wheels, self._incoming):
            folder.mkdir(exist_ok=True)
        _flush(data_folder)

    @contextmanager
    def receive(self, stream: BinaryIO) -> Generator[ReceivedFile]:
        """Copy a stream into the data folder; it is removed at the end unless it was kept."""
        digest = hashlib.sha256()
        size = 0
        with tempfile.NamedTemporaryFile(dir=self._incoming, delete=False) as file:
            path = Path(file.name)
            try:
                while chunk := stream.read(_CHUNK_BYTES):
                    digest.update(chunk)
                    size += len(chunk)
                    file.write(chunk)
                file.flush()
                yield ReceivedFile(path=path, sha256=digest.hexdigest(), size_bytes=size)
            finally:
                path.unlink(missing_ok=True)

    def keep(self, received: ReceivedFile) -> None:
        """Put a received file in its place, so that it is still there after a power cut."""
        target = self.path(received.sha256)
        target.parent.mkdir(exist_ok=True)
        _flush(self._wheels)
        _flush(received.path)
        received.path.replace(target)
        _flush(target.parent)

    def path(self, sha256: str) -> Path:
        """Return where the file of that hash lies, or would lie."""
        return self._wheels / sha256[:2] / f"{sha256}.whl"

    def remove(self, sha256: str) -> None:
        """Remove a file that no row of the database names."""
        self.path(sha256).unlink(missing_ok=True)

    def remove_leftovers(self, known: Collection[str]) -> None:
        """Remove what a stopped process left behind: uploads, and files with none of these hashes.

        Only for the start, before anything is received.
        """
        for path in self._incoming.iterdir():
            path.unlink()
        for path in self._wheels.glob("*/*.whl"):
            if path.stem not in known:
                path.unlink()


def _flush(path: Path) -> None:
    """Wait until a file's content, or a folder's list of names, is on the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
