"""Piece wheels of which one thing is changed."""

from __future__ import annotations

import struct
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from pieces_framework.artifact import Limits

from .archives import Entry, archive, deflate, entries_of
from .wheels import METADATA, piece_document, wheel_files, with_record

INFO = "piece_gelato-0.1.0.dist-info"
MODULE = "piece_gelato/__init__.py"
CONTENT = b"VALUE = 'vanilla'\n"
RECORD = f"{INFO}/RECORD"
PIECE = f"{INFO}/extra_metadata/piece.json"
HEADERS = str(wheel_files()[f"{INFO}/METADATA"])
TAGS = str(wheel_files()[f"{INFO}/WHEEL"])
UTF8 = 0x800

Build = Callable[[], bytes | None]


def wheel(changes: Mapping[str, str | bytes | None] | None = None) -> bytes:
    """A piece wheel with files added, replaced, or removed by `None`, and a RECORD of them."""
    files = {
        path: content
        for path, content in {**wheel_files(), **(changes or {})}.items()
        if content is not None
    }
    return archive(entries_of(with_record(files)))


def without_record() -> bytes:
    return archive(entries_of(wheel_files()))


def recorded(edit: Callable[[str], str], *paths: str) -> bytes:
    """A piece wheel whose RECORD is edited, with more files that RECORD lists before the edit."""
    files = with_record({**wheel_files(), **dict.fromkeys(paths, "x")})
    files[RECORD] = edit(str(files[RECORD]))
    return archive(entries_of(files))


def entry(path: str = MODULE, content: bytes = CONTENT, **changes: Any) -> bytes:
    """A piece wheel with a file of which the archive says other things than are true."""
    raw_path = path.encode()
    files = with_record({**wheel_files(), path: content})
    rest = [each for each in entries_of(files) if each.path != raw_path]
    return archive([Entry(path=raw_path, content=content, **changes), *rest])


def entries(edit: Callable[[list[Entry]], object]) -> bytes:
    """A piece wheel whose entries are edited after their RECORD was made."""
    made = entries_of(with_record(wheel_files()))
    edit(made)
    return archive(made)


def ending(*, gap: bytes = b"", **end: int) -> bytes:
    """A piece wheel whose last record, or what stands before the table, says other things."""
    return archive(entries_of(with_record(wheel_files())), gap=gap, table_tail=b"", **end)


def marked(path: str) -> bytes:
    """A piece wheel in which a file begins with a byte order mark."""
    files = with_record(wheel_files())
    content = files[path]
    assert isinstance(content, str)
    return wheel({path: f"\ufeff{content}"})


def headers(*lines: str, instead: str = "") -> bytes:
    """A piece wheel whose METADATA has more lines, or has them instead of one."""
    kept = [line for line in HEADERS.splitlines() if not (instead and line.startswith(instead))]
    return wheel({f"{INFO}/METADATA": "\n".join([*kept, *lines, "", "About.\n"])})


def wheel_headers(*lines: str, instead: str = "") -> bytes:
    kept = [line for line in TAGS.splitlines() if not (instead and line.startswith(instead))]
    return wheel({f"{INFO}/WHEEL": "\n".join([*kept, *lines, ""])})


def entry_points(text: str, *modules: str) -> bytes:
    return wheel({f"{INFO}/entry_points.txt": text, **dict.fromkeys(modules, "")})


def piece(**changes: object) -> bytes:
    """A piece wheel whose piece.json says other things."""
    return wheel({PIECE: piece_document("piece-gelato", "0.1.0", **changes)})


def piece_text(text: str) -> bytes:
    return wheel({PIECE: text})


def metadata(**changes: object) -> bytes:
    return piece(metadata={**METADATA, **changes})


def sample(text: str) -> bytes:
    """A piece wheel with a piece.json in which `text` stands as sample data."""
    document = piece_document("piece-gelato", "0.1.0", metadata={**METADATA, "sample": 0})
    return piece_text(document.replace('"sample": 0', f'"sample": {text}'))


def described(flags: int, *, wide: bool = False, wrong: int = 0) -> dict[str, Any]:
    """What an entry says whose sizes are written after it."""
    packed = deflate(CONTENT)
    checksum = Entry(path=b"", content=CONTENT).numbers()[0]
    sizes = "<4sL2Q" if wide else "<4s3L"
    return {
        "flags": flags,
        "local": {"checksum": 0, "packed": 0, "unpacked": 0},
        "after": struct.pack(sizes, b"PK\7\x08", checksum, len(packed), len(CONTENT) + wrong),
    }


def wide_header(*, unpacked: int = 0xFFFFFFFF, more: bytes = b"") -> bytes:
    """A piece wheel in which a file's own header has room for more than 4 GB."""
    sizes = struct.pack("<2H2Q", 1, 16 + len(more), len(CONTENT), len(deflate(CONTENT))) + more
    return entry(local={"packed": 0xFFFFFFFF, "unpacked": unpacked, "extra": sizes})


@dataclass(frozen=True)
class Case:
    """A wheel to refuse."""

    name: str
    rule: str
    bad: Build
    """`None` stands for no file at all."""
    good: Build = wheel
    """The nearest wheel that is accepted."""
    limits: Limits = field(default_factory=Limits)
