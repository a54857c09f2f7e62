"""A file of an archive, read through once and held to what the table of contents says."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from struct import Struct, pack
from typing import TYPE_CHECKING, Final

from .zip_directory import (
    DEFLATED,
    ENCRYPTED,
    HAS_DESCRIPTOR,
    UNICODE_NAME_FIELD,
    UTF8,
    ZIP64_FIELD,
    extra_fields,
)

if TYPE_CHECKING:
    from typing import BinaryIO

    from .rules import Refusals
    from .zip_directory import Member

_CHUNK_BYTES: Final = 256 * 1024
_LOCAL: Final = Struct("<4s5H3L2H")
_SAME_FLAGS: Final = ENCRYPTED | HAS_DESCRIPTOR | UTF8
_IN_EXTRA: Final = 0xFFFFFFFF
_WIDE: Final = Struct("<2Q")


def read_member(file: BinaryIO, member: Member, end: int, refuse: Refusals) -> Iterator[bytes]:
    """Yield a file's unpacked content piece by piece; what is wrong may show after the last.

    Args:
        file: the archive.
        member: which file.
        end: where the next header begins: the file must reach up to there, and no further.
        refuse: makes the error.

    Raises:
        ArtifactError: if the file is not what the table of contents says.
    """
    packed_end = _read_header(file, member, refuse) + member.packed_bytes
    if packed_end > end:
        raise refuse("overlap", f"{member.path!r} shares bytes with another file")
    _check_rest(file, member, packed_end, end, refuse)
    file.seek(packed_end - member.packed_bytes)
    size_bytes = checksum = 0
    read = _inflated if member.method == DEFLATED else _stored
    for chunk in read(file, member, refuse):
        size_bytes += len(chunk)
        if size_bytes > member.unpacked_bytes:
            break
        checksum = zlib.crc32(chunk, checksum)
        yield chunk
    if size_bytes != member.unpacked_bytes:
        what = f"{member.path!r} does not unpack to {member.unpacked_bytes} bytes"
        raise refuse("content-size", what)
    if checksum != member.checksum:
        raise refuse("content-checksum", f"{member.path!r} has another checksum")


def _read_header(file: BinaryIO, member: Member, refuse: Refusals) -> int:
    """Compare the header before a file with the table's entry; return where the file begins."""
    file.seek(member.offset)
    header = file.read(_LOCAL.size)
    path = f"{member.path!r}"
    if header[:4] != b"PK\3\4" or len(header) < _LOCAL.size:
        raise refuse("local-header", f"{path} has no header of its own")
    _, _, flags, method, _, _, checksum, packed, unpacked, name, extra = _LOCAL.unpack(header)
    if method != member.method or (flags ^ member.flags) & _SAME_FLAGS:
        raise refuse("local-header", f"{path} is packed in another way than the table says")
    if file.read(name) != member.raw_path:
        raise refuse("local-name", f"{path} has another name in its own header")
    kinds = extra_fields(file.read(extra), refuse)
    if UNICODE_NAME_FIELD in kinds:
        raise refuse("second-name", f"{path} has a second name in its own header")
    if ZIP64_FIELD in kinds:
        # Builders that do not know a size beforehand leave room for a large one; older ones say it
        # twice then.
        wide = kinds[ZIP64_FIELD]
        sizes = _WIDE.unpack(wide) if len(wide) == _WIDE.size else None
        if sizes is None or (unpacked, packed) not in {(_IN_EXTRA, _IN_EXTRA), sizes}:
            raise refuse("local-header", f"{path} has sizes of 64 bits that nothing asks for")
        unpacked, packed = sizes
    later = member.flags & HAS_DESCRIPTOR and not (checksum or packed or unpacked)
    if not later and (packed, unpacked) != (member.packed_bytes, member.unpacked_bytes):
        raise refuse("local-size", f"{path} has another size in its own header")
    if not later and checksum != member.checksum:
        raise refuse("local-checksum", f"{path} has another checksum in its own header")
    return file.tell()


def _check_rest(file: BinaryIO, member: Member, start: int, end: int, refuse: Refusals) -> None:
    """Allow nothing between a file and the next header but the sizes, where they come last."""
    if not member.flags & HAS_DESCRIPTOR:
        if start < end:
            what = f"{end - start} bytes after {member.path!r} belong to no file"
            raise refuse("gap", what)
        return
    expected = {
        signature + pack(f"<L2{size}", member.checksum, member.packed_bytes, member.unpacked_bytes)
        for signature in (b"PK\7\x08", b"")
        for size in "LQ"
    }
    file.seek(start)
    if file.read(min(end - start, _CHUNK_BYTES)) not in expected:
        raise refuse("descriptor", f"{member.path!r} is followed by other sizes than it has")


def _stored(file: BinaryIO, member: Member, refuse: Refusals) -> Iterator[bytes]:
    left = member.packed_bytes
    while left:
        chunk = file.read(min(_CHUNK_BYTES, left))
        if not chunk:
            raise refuse("content-damaged", f"{member.path!r} ends too early")
        left -= len(chunk)
        yield chunk


def _inflated(file: BinaryIO, member: Member, refuse: Refusals) -> Iterator[bytes]:
    inflate = zlib.decompressobj(-zlib.MAX_WBITS)
    packed = _stored(file, member, refuse)
    pending = b""
    while not inflate.eof:
        pending = pending or next(packed, b"")
        try:
            chunk = inflate.decompress(pending, _CHUNK_BYTES)
        except zlib.error as error:
            raise refuse("content-damaged", f"{member.path!r} cannot be unpacked") from error
        if not (chunk or pending):
            raise refuse("content-damaged", f"{member.path!r} ends too early")
        pending = inflate.unconsumed_tail
        yield chunk
    if inflate.unused_data or pending or next(packed, b""):
        raise refuse("content-tail", f"the packed bytes of {member.path!r} go on after its end")
