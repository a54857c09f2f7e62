"""The folder of wheels, each stored once under the hash of its content."""

from __future__ import annotations

import fcntl
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
        self._lock = data_folder / "wheels.lock"
        for folder in (self._wheels, self._incoming):
            folder.mkdir(exist_ok=True)
        self._lock.touch()
        _flush(data_folder)

    @contextmanager
    def receive(self, stream: BinaryIO) -> Generator[ReceivedFile]:
        """Copy a stream into the data folder; it is removed at the end unless it was kept.

        Until the end nothing is collected: write the row that names the file within.
        """
        digest = hashlib.sha256()
        size = 0
        with (
            self._locked(fcntl.LOCK_SH),
            tempfile.NamedTemporaryFile(dir=self._incoming, delete=False) as file,
        ):
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

    @contextmanager
    def collecting(self) -> Generator[bool]:
        """Say whether nothing is being received, in any process, and keep it so meanwhile."""
        try:
            with self._locked(fcntl.LOCK_EX | fcntl.LOCK_NB):
                yield True
        except BlockingIOError:
            yield False

    def remove_leftovers(self, known: Collection[str]) -> None:
        """Remove what stopped processes left behind: uploads, and files with none of these hashes.

        Only for within `collecting`, where also the hashes are read.
        """
        for path in self._incoming.iterdir():
            path.unlink()
        for path in self._wheels.glob("*/*.whl"):
            if path.stem not in known:
                path.unlink()

    @contextmanager
    def _locked(self, operation: int) -> Generator[None]:
        with self._lock.open("rb") as file:
            fcntl.flock(file, operation)
            yield


def _flush(path: Path) -> None:
    """Wait until a file's content, or a folder's list of names, is on the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
