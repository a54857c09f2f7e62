"""Reading a backup: all of it is checked before any of it is used."""

from __future__ import annotations

import hashlib
import io
import json
import os
from contextlib import contextmanager
from typing import IO, TYPE_CHECKING, Final

from pydantic import ValidationError

from pieces_server.database.migrating import known_revisions

from .archive import MemberReader, cut_off, next_member
from .errors import BackupError
from .manifest import MANIFEST, MANIFEST_SHA256, Manifest, Member

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator, Mapping
    from pathlib import Path
    from typing import BinaryIO

_MAX_MANIFEST_BYTES: Final = 256 * 1024 * 1024
_MAX_LINE_BYTES: Final = 256 * 1024 * 1024


class Backup:
    """A backup that is whole."""

    def __init__(self, file: IO[bytes], manifest: Manifest, offsets: Mapping[str, int]) -> None:
        self.manifest: Final = manifest
        self._file = file
        self._offsets = offsets

    @contextmanager
    def open(self, member: Member) -> Generator[BinaryIO]:
        """Hand out a member's content. One at a time.

        Raises:
            BackupError: at the end, if it is not what it was when the backup was checked.
        """
        self._file.seek(self._offsets[member.name])
        reader = MemberReader(self._file, member.name, member.size_bytes)
        with io.BufferedReader(reader) as buffered:
            yield buffered
            _require_hash(reader, member)


@contextmanager
def open_backup(path: Path) -> Generator[Backup]:
    """Open a backup and check every byte of it that means something.

    Raises:
        BackupError: if it is no backup, not whole, or of an unknown version of Piecekit.
    """
    try:
        file = path.open("rb")
    except OSError as error:
        raise BackupError(f"the backup {str(path)!r} cannot be read: {error.strerror}") from error
    with file:
        try:
            checked = _checked(file)
        except BackupError as error:
            raise BackupError(f"{str(path)!r}: {error.message}", hint=error.hint) from error
        yield checked


def lines(content: BinaryIO) -> Iterator[bytes]:
    """Return the lines of a table's rows.

    Raises:
        BackupError: if one is longer than any row can be.
    """
    while line := content.readline(_MAX_LINE_BYTES):
        if len(line) == _MAX_LINE_BYTES:
            raise BackupError("the backup has a row that is longer than any can be")
        yield line


def _checked(file: IO[bytes]) -> Backup:
    manifest = _read_manifest(file)
    if manifest.revision not in known_revisions():
        raise BackupError(
            f"the backup was made by a later version of Piecekit: its tables are of revision "
            f"{manifest.revision!r}, and this one knows {known_revisions()[-1]} and older ones",
            hint="update Piecekit, then restore",
        )
    # Sizes come from the file: with more than it has, somebody would have us read for ever.
    if sum(member.size_bytes for member in manifest.members) > os.fstat(file.fileno()).st_size:
        raise cut_off()
    offsets: dict[str, int] = {}
    named: set[str] = set()
    for member in manifest.members:
        reader = _expected(file, member.name)
        if reader.size_bytes != member.size_bytes or member.name in offsets:
            raise BackupError(f"the backup's {member.name!r} is not what its manifest says")
        offsets[member.name] = reader.offset
        with io.BufferedReader(reader) as content:
            if member.table == "wheels":
                named |= {_sha256_of_row(line) for line in lines(content)}
            _require_hash(reader, member)
            reader.skip_padding()
    if next_member(file) is not None:
        raise BackupError("the backup has more than its manifest says")
    _require_wheels(manifest, named)
    return Backup(file, manifest, offsets)


def _read_manifest(file: IO[bytes]) -> Manifest:
    expected = _read_small(file, MANIFEST_SHA256)
    document = _read_small(file, MANIFEST)
    if hashlib.sha256(document).hexdigest().encode() != expected:
        raise BackupError(f"the backup is damaged: `{MANIFEST}` has another hash")
    try:
        return Manifest.model_validate_json(document)
    except ValidationError as error:
        raise BackupError(
            f"the backup's `{MANIFEST}` is not understood: {error.errors()[0]['msg']}",
            hint="a later version of Piecekit may have made it: update, then restore",
        ) from error


def _read_small(file: IO[bytes], name: str) -> bytes:
    reader = _expected(file, name)
    if reader.size_bytes > _MAX_MANIFEST_BYTES:
        raise BackupError(f"the backup's `{name}` is larger than any can be")
    with io.BufferedReader(reader) as content:
        found = content.read()
        reader.skip_padding()
    return found


def _expected(file: IO[bytes], name: str) -> MemberReader:
    reader = next_member(file)
    if reader is None or reader.name != name:
        found = "nothing" if reader is None else repr(reader.name)
        raise BackupError(f"the file is no whole backup: {found} is in the place of {name!r}")
    return reader


def _require_hash(reader: MemberReader, member: Member) -> None:
    if reader.sha256() != member.sha256:
        raise BackupError(f"the backup is damaged: {member.name!r} has another hash")


def _sha256_of_row(line: bytes) -> str:
    try:
        row: object = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise BackupError("the backup is damaged: a row is no JSON") from error
    return str(row.get("sha256")) if isinstance(row, dict) else ""  # pyright: ignore[reportUnknownMemberType, reportUnknownArgumentType]


def _require_wheels(manifest: Manifest, named: set[str]) -> None:
    """Each wheel that a row names must be there, under the hash of its content."""
    wheels = [member for member in manifest.members if member.table is None]
    if any(member.name != f"wheels/{member.sha256}.whl" for member in wheels):
        raise BackupError("the backup has a wheel under the name of another")
    if missing := named - {member.sha256 for member in wheels}:
        raise BackupError(f"the backup lacks the wheel {min(missing)!r}, which a row names")
