"""The tar format as a backup uses it: regular files with short names, read strictly in order.

Nothing is ever extracted by its name, and no extension of the format is followed.

Source: https://pubs.opengroup.org/onlinepubs/9799919799/utilities/pax.html, "ustar".
"""

from __future__ import annotations

import hashlib
import io
import tarfile
from typing import IO, TYPE_CHECKING, Final

from typing_extensions import override

from .errors import BackupError

if TYPE_CHECKING:
    from typing_extensions import Buffer

_BLOCK_BYTES: Final = 512
_CHUNK_BYTES: Final = 1024 * 1024


class ArchiveWriter:
    """Writes members to the end of a file."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file

    def add(self, name: str, stream: IO[bytes], *, sha256: str, size_bytes: int) -> None:
        """Write a member.

        Raises:
            BackupError: if the stream is not of that size and hash.
        """
        info = tarfile.TarInfo(name)
        info.size, info.mode = size_bytes, 0o600
        self._file.write(info.tobuf(tarfile.GNU_FORMAT))
        digest, left = hashlib.sha256(), size_bytes
        while chunk := stream.read(min(_CHUNK_BYTES, left + 1)):
            digest.update(chunk)
            left -= len(chunk)
            if left < 0:
                break
            self._file.write(chunk)
        if left != 0 or digest.hexdigest() != sha256:
            raise BackupError(
                f"`{name}` is damaged: the data folder has another content for it",
                hint="upload that wheel again, byte for byte, which puts it back",
            )
        self._file.write(bytes(-size_bytes % _BLOCK_BYTES))

    def end(self) -> None:
        """Mark the end: without it a reader says that the file was cut off."""
        self._file.write(bytes(2 * _BLOCK_BYTES))


class MemberReader(io.RawIOBase):
    """The content of a member, which is hashed as it is read.

    Args:
        file: the archive, which nobody else reads meanwhile.
        name: the member's.
        size_bytes: the member's.
    """

    def __init__(self, file: IO[bytes], name: str, size_bytes: int) -> None:
        super().__init__()
        self.name: Final = name
        self.size_bytes: Final = size_bytes
        self.offset: Final = file.tell()
        self._file = file
        self._left = size_bytes
        self._sha256 = hashlib.sha256()

    @override
    def readable(self) -> bool:
        return True

    @override
    def readinto(self, buffer: Buffer, /) -> int:
        chunk = self._file.read(min(len(memoryview(buffer)), self._left))
        if not chunk and self._left:
            raise cut_off()
        self._left -= len(chunk)
        self._sha256.update(chunk)
        memoryview(buffer)[: len(chunk)] = chunk
        return len(chunk)

    def sha256(self) -> str:
        """Read the rest, and return the hash of the whole content."""
        while self.read(_CHUNK_BYTES):
            pass
        return self._sha256.hexdigest()

    def skip_padding(self) -> None:
        """Go to the next header. Only for after all was read."""
        self._file.seek(-self.size_bytes % _BLOCK_BYTES, io.SEEK_CUR)


def next_member(file: IO[bytes]) -> MemberReader | None:
    """Read the header that the archive is at; return `None` at the mark of the end.

    Raises:
        BackupError: if there is none, or it is of anything but a regular file.
    """
    header = file.read(_BLOCK_BYTES)
    if len(header) < _BLOCK_BYTES:
        raise cut_off()
    if header == bytes(_BLOCK_BYTES):
        return None
    try:
        info = tarfile.TarInfo.frombuf(header, "ascii", "strict")
    except (tarfile.HeaderError, ValueError) as error:
        raise BackupError(f"the file is no backup, or damaged: {error}") from error
    if info.type != tarfile.REGTYPE or info.size < 0:
        raise BackupError(f"the backup has {info.name!r}, which is no regular file")
    return MemberReader(file, info.name, info.size)


def cut_off() -> BackupError:
    """Return the error of a file that ends too early."""
    return BackupError("the backup was cut off: the file ends too early")
