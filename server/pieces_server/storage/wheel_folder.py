"""The folder of wheels, each stored once under the hash of its content."""

from __future__ import annotations

import fcntl
import hashlib
import tempfile
from collections.abc import Collection, Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, BinaryIO, Final

from .flushing import flush

_CHUNK_BYTES: Final = 1024 * 1024


@dataclass(frozen=True, kw_only=True)
class ReceivedFile:
    """A file that is in the data folder but not yet kept."""

    path: Path
    sha256: str
    size_bytes: int


class IncomingFile:
    """A file of the data folder that is being written, and hashed on the way.

    Args:
        file: what it is written to.
        path: where that lies.
    """

    def __init__(self, file: IO[bytes], path: Path) -> None:
        self._file = file
        self._path = path
        self._sha256 = hashlib.sha256()
        self.size_bytes = 0

    def write(self, chunk: bytes | memoryview) -> None:
        """Add to its end."""
        self._sha256.update(chunk)
        self._file.write(chunk)
        self.size_bytes += len(chunk)

    def received(self) -> ReceivedFile:
        """Return what there is now, for others to read; nothing may be written after it."""
        self._file.flush()
        return ReceivedFile(
            path=self._path, sha256=self._sha256.hexdigest(), size_bytes=self.size_bytes
        )


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
        # Now, and not with the first file of each: that would be a flush more for every file.
        for number in range(256):
            (self._wheels / f"{number:02x}").mkdir(exist_ok=True)
        flush(self._wheels)
        flush(data_folder)

    @contextmanager
    def receiving(self) -> Generator[IncomingFile]:
        """Hand out a new file to write to; it is removed at the end unless it was kept.

        Until the end nothing is collected: write the row that names the file within.
        """
        with (
            self._locked(fcntl.LOCK_SH),
            tempfile.NamedTemporaryFile(dir=self._incoming, delete=False) as file,
        ):
            path = Path(file.name)
            try:
                yield IncomingFile(file.file, path)
            finally:
                path.unlink(missing_ok=True)

    @contextmanager
    def receive(self, stream: BinaryIO) -> Generator[ReceivedFile]:
        """Copy a stream into a new file, as `receiving` hands it out."""
        with self.receiving() as incoming:
            while chunk := stream.read(_CHUNK_BYTES):
                incoming.write(chunk)
            yield incoming.received()

    def keep(self, received: ReceivedFile) -> None:
        """Put a received file in its place, so that it is still there after a power cut."""
        target = self.path(received.sha256)
        flush(received.path)
        received.path.replace(target)
        flush(target.parent)

    def discard(self, received: ReceivedFile) -> None:
        """Remove a file that was kept, and that no row will ever name."""
        self.path(received.sha256).unlink(missing_ok=True)

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
