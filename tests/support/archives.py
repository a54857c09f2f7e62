"""Zip archives written byte by byte, so that a test can make any part of one lie."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

PLAIN_FILE = 0o100644
LOCAL_NAME_PLACE = 30
"""Bytes of a header before the name in it."""


@dataclass(kw_only=True)
class Entry:
    """A file of an archive: what is true by default, and what to say instead."""

    path: bytes
    content: bytes = b""
    packed: bytes | None = None
    """The deflated content, unless given."""
    method: int = 8
    flags: int = 0
    mode: int = PLAIN_FILE
    unpacked_bytes: int | None = None
    packed_bytes: int | None = None
    checksum: int | None = None
    extra: bytes = b""
    """In the table of contents."""
    disk: int = 0
    shift: int = 0
    """Added to the offset that the table of contents names."""
    local: Mapping[str, object] = field(default_factory=dict[str, object])
    """Fields of the entry's own header: `path`, `method`, `flags`, `extra`, ..."""
    after: bytes = b""
    """What follows the packed content, such as a data descriptor."""

    def __post_init__(self) -> None:
        if self.packed is None:
            self.packed = deflate(self.content) if self.method == 8 else self.content
        if self.unpacked_bytes is None:
            self.unpacked_bytes = len(self.content)
        if self.packed_bytes is None:
            self.packed_bytes = len(self.packed)
        if self.checksum is None:
            self.checksum = zlib.crc32(self.content)

    def numbers(self) -> tuple[int, int, int]:
        """Checksum, packed and unpacked size, as headers have them."""
        assert self.checksum is not None
        assert self.packed_bytes is not None
        assert self.unpacked_bytes is not None
        return self.checksum, self.packed_bytes, self.unpacked_bytes

    def header(self) -> bytes:
        checksum, packed, unpacked = self.numbers()
        said: dict[str, object] = {
            "signature": b"PK\3\4", "flags": self.flags, "method": self.method,
            "checksum": checksum, "packed": packed, "unpacked": unpacked, "path": self.path,
            "extra": b"", **self.local,
        }  # fmt: skip
        path, extra = said["path"], said["extra"]
        assert isinstance(path, bytes)
        assert isinstance(extra, bytes)
        sizes = (said["checksum"], said["packed"], said["unpacked"], len(path), len(extra))
        head = struct.pack(
            "<4s5H3L2H", said["signature"], 20, said["flags"], said["method"], 0, 0x21, *sizes
        )
        return head + path + extra

    def table_entry(self, offset: int) -> bytes:
        lengths = (len(self.path), len(self.extra), 0, self.disk, 0)
        numbers = (*self.numbers(), *lengths, self.mode << 16, offset + self.shift)
        head = struct.pack(
            "<4s6H3L5H2L", b"PK\1\2", 0x314, 20, self.flags, self.method, 0, 0x21, *numbers
        )
        return head + self.path + self.extra


def deflate(content: bytes) -> bytes:
    engine = zlib.compressobj(6, zlib.DEFLATED, -15)
    return engine.compress(content) + engine.flush()


def entries_of(files: Mapping[str, str | bytes]) -> list[Entry]:
    return [
        Entry(
            path=path.encode(),
            content=content.encode() if isinstance(content, str) else content,
            flags=0 if path.isascii() else 0x800,
        )
        for path, content in files.items()
    ]


def archive(
    entries: Sequence[Entry], *, gap: bytes = b"", table_tail: bytes = b"", **end: int
) -> bytes:
    """Put an archive together.

    Args:
        entries: its files.
        gap: what stands between them and the table of contents.
        table_tail: what the table of contents has after them.
        end: fields of the last record: `count`, `here`, `size`, `start`, `disk`, `comment`.
    """
    body = bytearray()
    table = bytearray()
    for entry in entries:
        assert entry.packed is not None
        table += entry.table_entry(len(body))
        body += entry.header() + entry.packed + entry.after
    table += table_tail
    said: dict[str, int] = {
        "disk": 0, "here": len(entries), "count": len(entries), "size": len(table),
        "start": len(body) + len(gap), "comment": 0, **end,
    }  # fmt: skip
    record = struct.pack(
        "<4s4H2LH", b"PK\5\6", said["disk"], said["disk"], said["here"], said["count"],
        said["size"], said["start"], said["comment"],
    )  # fmt: skip
    return bytes(body) + gap + bytes(table) + record
