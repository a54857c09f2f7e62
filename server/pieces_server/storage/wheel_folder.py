"""The folder of wheels, each stored once under the hash of its content."""

from __future__ import annotations

import fcntl
import hashlib
import os
import tempfile
import time
from collections.abc import Generator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, BinaryIO, Final

from pieces_server.flushing import flush

_CHUNK_BYTES: Final = 1024 * 1024
_WHEELS: Final = "wheels"
_EACH: Final = "*/*.whl"


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
    machine stops: a file is written in `incoming/`, flushed, and only then renamed. Several
    processes may share the folder.
    """

    def __init__(self, data_folder: Path) -> None:
        self._wheels = data_folder / _WHEELS
        self._incoming = data_folder / "incoming"
        for folder in (self._wheels, self._incoming):
            folder.mkdir(exist_ok=True)
        # Now, and not with the first file of each: that would be a flush more for every file.
        for number in range(256):
            (self._wheels / f"{number:02x}").mkdir(exist_ok=True)
        flush(self._wheels)
        flush(data_folder)

    @contextmanager
    def receiving(self) -> Generator[IncomingFile]:
        """Hand out a new file to write to; it is removed at the end unless it was kept."""
        with self._new_file() as file:
            path = Path(file.name)
            try:
                yield IncomingFile(file, path)
            finally:
                path.unlink(missing_ok=True)

    @contextmanager
    def receive(self, stream: BinaryIO) -> Generator[ReceivedFile]:
        """Copy a stream into a new file, as `receiving` hands it out."""
        with self.receiving() as incoming:
            while chunk := stream.read(_CHUNK_BYTES):
                incoming.write(chunk)
            yield incoming.received()

    @contextmanager
    def holding(self, sha256: str) -> Generator[None]:
        """Wait until nobody else, in any process, keeps or discards a file of that hash.

        Until the end nobody does: write the row that names the file within.
        """
        with _opened(self.path(sha256).parent) as descriptor:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield

    @contextmanager
    def holding_if_free(self, sha256: str) -> Generator[bool]:
        """As `holding`, without waiting; say whether it is held now."""
        with _opened(self.path(sha256).parent) as descriptor:
            yield _locks_at_once(descriptor)

    def keep(self, received: ReceivedFile) -> None:
        """Put a received file in its place, so that it is still there after a power cut."""
        target = self.path(received.sha256)
        flush(received.path)
        received.path.replace(target)
        flush(target.parent)

    def discard(self, sha256: str) -> None:
        """Remove a file that was kept, and that no row will ever name. Hold it."""
        self.path(sha256).unlink(missing_ok=True)

    def path(self, sha256: str) -> Path:
        """Return where the file of that hash lies, or would lie."""
        return wheel_path(self._wheels.parent, sha256)

    def hashes(self) -> set[str]:
        """Return the hashes of all files that are kept."""
        return {path.stem for path in self._wheels.glob(_EACH)}

    def age_s(self, sha256: str) -> float:
        """Return how many seconds ago a file was received; one that is not there has just been."""
        try:
            return time.time() - self.path(sha256).stat().st_mtime
        except FileNotFoundError:
            return 0

    def remove_unfinished(self) -> None:
        """Remove the uploads that stopped processes left behind; those that go on are let be."""
        for path in self._incoming.iterdir():
            if path.is_file():  # a file system may have folders of its own here
                with suppress(FileNotFoundError), _opened(path) as descriptor:
                    if _locks_at_once(descriptor):
                        path.unlink()

    @contextmanager
    def _new_file(self) -> Generator[IO[bytes]]:
        """Make a file that is locked for as long as it is open."""
        while True:
            with tempfile.NamedTemporaryFile(dir=self._incoming, delete=False) as file:
                fcntl.flock(file, fcntl.LOCK_EX)
                if os.fstat(file.fileno()).st_nlink:  # or it was removed before it was locked
                    yield file
                    return


def wheel_path(data_folder: Path, sha256: str) -> Path:
    """Return where the wheel of that hash lies in a data folder, or would lie."""
    return data_folder / _WHEELS / sha256[:2] / f"{sha256}.whl"


def has_wheels(data_folder: Path) -> bool:
    """Whether a data folder keeps any wheel; it need not have a folder of wheels."""
    return next((data_folder / _WHEELS).glob(_EACH), None) is not None


@contextmanager
def _opened(path: Path) -> Generator[int]:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def _locks_at_once(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
