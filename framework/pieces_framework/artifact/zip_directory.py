"""The table of contents of a zip archive, read as what it claims and held to it.

`zipfile` forgives what unpackers read in different ways; here there is one way to read an archive,
or it is refused. Source: PKWARE's APPNOTE.TXT, sections 4.3 to 4.5.
"""

from __future__ import annotations

import stat
from dataclasses import dataclass
from struct import Struct
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from typing import BinaryIO

    from pieces_framework.errors import ArtifactError

    from .limits import Limits
    from .rules import Refusals

STORED: Final = 0
DEFLATED: Final = 8
HAS_DESCRIPTOR: Final = 0x0008
ENCRYPTED: Final = 0x2041  # bits 0, 6 and 13: encrypted, strongly, and with masked headers
PATCH: Final = 0x0020
UTF8: Final = 0x0800
ZIP64_FIELD: Final = 0x0001
UNICODE_NAME_FIELD: Final = 0x7075

_END: Final = Struct("<4s4H2LH")
_END_SIGNATURE: Final = b"PK\5\6"
_ENTRY: Final = Struct("<4s4B4H3L5H2L")
_LOCAL_BYTES: Final = 30
_LOCATOR_BYTES: Final = 20
_MAX_COMMENT_BYTES: Final = 65535


@dataclass(frozen=True, slots=True)
class Member:
    """An entry of the table of contents."""

    path: str
    """Ends in `/` for a folder."""
    raw_path: bytes
    flags: int
    method: int
    checksum: int
    packed_bytes: int
    unpacked_bytes: int
    offset: int
    """Where its own header begins, counted from the file's start."""
    mode: int
    """The file type and permissions of Unix; 0 where the builder did not say."""


def read_directory(file: BinaryIO, limits: Limits, refuse: Refusals) -> tuple[list[Member], int]:
    """Return the entries by the order of their content, and where the table begins.

    Raises:
        ArtifactError: if the archive is not one that every unpacker reads alike.
    """
    count, size_bytes, start = _read_end(file, refuse)
    if size_bytes > limits.directory_bytes:
        raise refuse("directory-too-large", "it lists too many files")
    if count > limits.files:
        raise refuse("too-many-files", f"it holds {count} files; {limits.files} may be there")
    file.seek(start)
    table = file.read(size_bytes)
    members: list[Member] = []
    place = 0
    while place < len(table):
        member, place = _read_entry(table, place, refuse)
        _check_entry(member, limits, refuse)
        members.append(member)
    if len(members) != count:
        what = f"its table of contents has {len(members)} entries and says {count}"
        raise refuse("directory-count", what)
    unpacked = sum(member.unpacked_bytes for member in members)
    if unpacked > limits.content_bytes:
        raise refuse("content-too-large", f"it unpacks to more than {limits.content_bytes} bytes")
    members.sort(key=lambda member: member.offset)
    _check_places(members, start, refuse)
    _check_ratio("it", unpacked, sum(member.packed_bytes for member in members), limits, refuse)
    return members, start


def extra_fields(extra: bytes, refuse: Refusals) -> dict[int, bytes]:
    """Return the content of an entry's extra fields by their kind.

    Raises:
        ArtifactError: if they are damaged.
    """
    fields: dict[int, bytes] = {}
    place = 0
    while place < len(extra):
        kind = int.from_bytes(extra[place : place + 2], "little")
        size = int.from_bytes(extra[place + 2 : place + 4], "little")
        if place + 4 + size > len(extra) or kind in fields:
            raise refuse("extra-field", "an extra field of an entry is damaged")
        fields[kind] = extra[place + 4 : place + 4 + size]
        place += 4 + size
    return fields


def _read_end(file: BinaryIO, refuse: Refusals) -> tuple[int, int, int]:
    """Return number of entries, size and start of the table, from the archive's last record."""
    file_bytes = file.seek(0, 2)
    end = file_bytes - _END.size
    file.seek(0)
    head = file.read(4)
    file.seek(max(0, end - _LOCATOR_BYTES))
    tail = file.read()
    record = tail[-_END.size :]
    if record[:4] != _END_SIGNATURE or len(record) < _END.size or record[20:] != b"\0\0":
        raise _missing_end(file, head, refuse)
    _, disk, first_disk, count_here, count, size_bytes, start, _ = _END.unpack(record)
    too_large = 0xFFFF in (count, count_here) or 0xFFFFFFFF in (size_bytes, start)
    if tail.startswith(b"PK\6\7") or too_large:
        raise refuse("zip64", "it is in the 64-bit form of zip")
    if disk or first_disk or count_here != count:
        raise refuse("multi-disk", "it is one part of a divided archive")
    if start + size_bytes > end:
        raise refuse("truncated", "its beginning is missing")
    if count and head != b"PK\3\4":
        raise refuse("data-before", "it does not begin with its first file")
    if start + size_bytes < end:
        raise refuse("gap", f"{end - start - size_bytes} bytes after its files belong to none")
    return count, size_bytes, start


def _missing_end(file: BinaryIO, head: bytes, refuse: Refusals) -> ArtifactError:
    size = file.seek(0, 2)
    file.seek(max(0, size - _END.size - _MAX_COMMENT_BYTES))
    tail = file.read()
    found = tail.find(_END_SIGNATURE)
    ended = False
    while 0 <= found <= len(tail) - _END.size:
        comment_bytes = int.from_bytes(tail[found + 20 : found + 22], "little")
        left = len(tail) - found - _END.size - comment_bytes
        if left == 0:
            return refuse("archive-comment", f"it has a comment of {comment_bytes} bytes")
        ended |= left > 0
        found = tail.find(_END_SIGNATURE, found + 1)
    if ended:
        return refuse("data-after", "something stands after its end")
    if head == b"PK\3\4":
        return refuse("truncated", "its end is missing")
    return refuse("not-a-zip", "it is not a wheel: not a zip archive")


def _read_entry(table: bytes, place: int, refuse: Refusals) -> tuple[Member, int]:
    broken = refuse("directory-broken", "its table of contents is damaged")
    if place + _ENTRY.size > len(table):
        raise broken
    fields = _ENTRY.unpack_from(table, place)
    flags, method, _, _, checksum, packed, unpacked, name, extra, comment, disk = fields[5:16]
    attributes, offset = fields[17:]
    names = place + _ENTRY.size
    after = names + name + extra + comment
    if fields[0] != b"PK\1\2" or after > len(table):
        raise broken
    raw_path = table[names : names + name]
    kinds = extra_fields(table[names + name : names + name + extra], refuse)
    if ZIP64_FIELD in kinds or 0xFFFFFFFF in (packed, unpacked, offset):
        raise refuse("zip64", f"{raw_path!r} is in the 64-bit form of zip")
    if disk:
        raise refuse("multi-disk", f"{raw_path!r} is said to be in another part of the archive")
    if UNICODE_NAME_FIELD in kinds:
        raise refuse("second-name", f"{raw_path!r} has a second name")
    member = Member(
        path=_decoded(raw_path, flags, refuse),
        raw_path=raw_path,
        flags=flags,
        method=method,
        checksum=checksum,
        packed_bytes=packed,
        unpacked_bytes=unpacked,
        offset=offset,
        mode=attributes >> 16,
    )
    return member, after


def _decoded(raw: bytes, flags: int, refuse: Refusals) -> str:
    """Without the mark of UTF-8 each unpacker guesses another encoding."""
    try:
        return raw.decode("utf-8" if flags & UTF8 else "ascii")
    except UnicodeDecodeError as error:
        raise refuse("path-encoding", f"the path {raw!r} is not plainly UTF-8") from error


def _check_entry(member: Member, limits: Limits, refuse: Refusals) -> None:
    path = member.path
    if member.flags & ENCRYPTED:
        raise refuse("encrypted", f"{path!r} is encrypted")
    # bz2 and LZMA may want much memory before they yield a byte; no build tool uses them.
    if member.method not in {STORED, DEFLATED} or member.flags & PATCH:
        raise refuse("compression", f"{path!r} is compressed in an unusual way")
    kind = stat.S_IFMT(member.mode)
    if kind == stat.S_IFLNK:
        raise refuse("link", f"{path!r} is a symbolic link")
    folder = path.endswith("/")
    if kind not in {0, stat.S_IFREG, stat.S_IFDIR} or (kind == stat.S_IFDIR and not folder):
        raise refuse("special-file", f"{path!r} is no plain file")
    if folder and member.unpacked_bytes:
        raise refuse("folder-with-content", f"the folder {path!r} has content")
    unpacked = member.unpacked_bytes
    if unpacked > limits.member_bytes:
        raise refuse("file-too-large", f"{path!r} unpacks to more than {limits.member_bytes} bytes")
    _check_ratio(repr(path), unpacked, member.packed_bytes, limits, refuse)


def _check_ratio(what: str, unpacked: int, packed: int, limits: Limits, refuse: Refusals) -> None:
    """Refuse a bomb, be it one file or many that are small."""
    if unpacked >= limits.ratio_from_bytes and unpacked > limits.ratio * packed:
        what = f"{what} unpacks to more than {limits.ratio} times its size"
        raise refuse("content-ratio", what)


def _check_places(members: list[Member], directory_start: int, refuse: Refusals) -> None:
    """Refuse overlapping entries before any of them is unpacked."""
    place = 0
    for member in members:
        if member.offset < place:
            raise refuse("overlap", f"{member.path!r} shares bytes with another file")
        if not place and member.offset:
            raise refuse("data-before", "it does not begin with its first file")
        place = member.offset + _LOCAL_BYTES + len(member.raw_path) + member.packed_bytes
    if place > directory_start:
        raise refuse("overlap", f"{members[-1].path!r} shares bytes with the table of contents")
    if not members and directory_start:
        raise refuse("gap", f"{directory_start} bytes belong to no file")
