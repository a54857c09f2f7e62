"""Archives that break one rule each, with the nearest wheel that is accepted."""

from __future__ import annotations

import struct
from collections.abc import Iterable
from functools import partial

from pieces_framework.artifact import Limits

from .archives import Entry, archive, deflate, entries_of
from .spoiled_wheels import (
    CONTENT,
    MODULE,
    UTF8,
    Case,
    described,
    ending,
    entries,
    entry,
    wheel,
    wide_header,
)
from .wheels import wheel_files, with_record


def archive_cases() -> Iterable[Case]:
    """Yield what is hostile whether or not the archive is a wheel."""
    yield from _archives()
    yield from _entries()
    yield from _paths()


def _archives() -> Iterable[Case]:
    yield Case("no file", "unreadable", lambda: None)
    yield Case("text", "not-a-zip", lambda: b"not a zip")
    yield Case("nothing", "not-a-zip", lambda: b"")
    yield Case("signature only", "not-a-zip", lambda: b"PK\5\6")
    yield Case("end cut off", "truncated", lambda: wheel()[:-30])
    yield Case("beginning cut off", "truncated", lambda: wheel()[30:])
    yield Case("script before", "data-before", lambda: b"#!/bin/sh\n" + wheel())
    yield Case(
        "offsets beyond a script",
        "data-before",
        lambda: entries(lambda made: made.pop(0)).replace(b"PK\3\4", b"#!sh", 1),
    )
    yield Case("text after", "data-after", lambda: wheel() + b"text")
    yield Case("comment", "archive-comment", lambda: ending(comment=4) + b"note")
    yield Case(
        "comment that is another end",
        "archive-comment",
        lambda: ending(comment=23) + ending()[-22:] + b"!",
    )
    yield Case("second disk", "multi-disk", lambda: ending(disk=1))
    yield Case("rest on another disk", "multi-disk", lambda: ending(here=1))
    yield Case("entry on another disk", "multi-disk", lambda: entry(disk=1))
    yield Case("64-bit count", "zip64", lambda: ending(here=0xFFFF, count=0xFFFF), wide_header)
    yield Case(
        "64-bit size",
        "zip64",
        lambda: entry(extra=struct.pack("<2HQ", 1, 8, 18), unpacked_bytes=0xFFFFFFFF),
        wide_header,
    )
    yield Case(
        "large directory",
        "directory-too-large",
        lambda: wheel({"a.py": "", "b.py": ""}),
        limits=Limits(directory_bytes=600),
    )
    yield Case(
        "damaged directory", "directory-broken", lambda: wheel().replace(b"PK\1\2", b"PK\1\3", 1)
    )
    yield Case(
        "directory cut off",
        "directory-broken",
        lambda: archive(entries_of(with_record(wheel_files())), table_tail=b"PK\1\2"),
    )
    yield Case("fewer counted", "directory-count", lambda: ending(here=5, count=5))
    yield Case("more counted", "directory-count", lambda: ending(here=7, count=7))
    yield Case("many files", "too-many-files", lambda: wheel({"a.py": ""}), limits=Limits(files=6))


def _entries() -> Iterable[Case]:
    yield Case("encrypted", "encrypted", lambda: entry(flags=1))
    yield Case("strongly encrypted", "encrypted", lambda: entry(flags=0x40))
    yield Case("lzma", "compression", lambda: entry(method=14), lambda: entry(method=0))
    yield Case("patch", "compression", lambda: entry(flags=0x20))
    yield Case(
        "extra field that ends too early",
        "extra-field",
        lambda: entry(extra=b"UT\x05\0\1"),
        lambda: entry(extra=b"UT\x05\0\1\0\0\0\0"),
    )
    yield Case("extra field of one byte", "extra-field", lambda: entry(extra=b"U"))
    yield Case(
        "second name",
        "second-name",
        lambda: entry(extra=struct.pack("<2HBL", 0x7075, 9, 1, 0) + b"evil"),
    )
    yield Case(
        "second name in one place only",
        "second-name",
        lambda: entry(local={"extra": struct.pack("<2HBL", 0x7075, 9, 1, 0) + b"evil"}),
        lambda: entry(local={"extra": b"UT\x05\0\1\0\0\0\0"}),
    )
    yield Case("link", "link", lambda: entry(mode=0o120777), lambda: entry(mode=0o100755))
    yield Case("pipe", "special-file", lambda: entry(mode=0o010644))
    yield Case(
        "folder by its type", "special-file", lambda: entry(mode=0o040755), lambda: entry(mode=0)
    )
    yield Case(
        "folder with content",
        "folder-with-content",
        lambda: wheel({"piece_gelato/empty/": "x"}),
        lambda: wheel({"piece_gelato/empty/": ""}),
    )
    yield Case(
        "large file",
        "file-too-large",
        lambda: wheel({"data": "x" * 50_001}),
        lambda: wheel({"data": "x" * 50_000}),
        limits=Limits(member_bytes=50_000),
    )
    yield Case(
        "large content",
        "content-too-large",
        lambda: wheel({"one": "x" * 50_000, "two": "x" * 50_000}),
        lambda: wheel({"one": "x" * 50_000}),
        limits=Limits(content_bytes=100_000),
    )
    yield Case(
        "bomb",
        "content-ratio",
        lambda: wheel({"data": bytes(100_000)}),
        lambda: wheel({"data": bytes(99_999)}),
        limits=Limits(ratio_from_bytes=100_000),
    )
    yield Case(
        "two files in one place",
        "overlap",
        lambda: entries(_share_bytes),
    )
    yield Case("file in the directory", "overlap", lambda: entries(_reach_into_the_directory))
    yield Case("bytes before the directory", "gap", lambda: ending(gap=b"hidden"))
    yield Case(
        "bytes after the directory", "gap", lambda: wheel()[:-22] + b"hidden" + wheel()[-22:]
    )
    yield Case("bytes between files", "gap", lambda: entry(after=b"hidden"))
    yield Case(
        "no local header",
        "local-header",
        lambda: entries(lambda made: _localise(made[2], signature=b"PK77")),
    )
    yield Case("other method", "local-header", lambda: entry(local={"method": 0}))
    yield Case("encrypted in one place only", "local-header", lambda: entry(local={"flags": 1}))
    yield Case(
        "64-bit sizes beside others",
        "local-header",
        lambda: entry(local={"extra": struct.pack("<2H2Q", 1, 16, len(CONTENT), 99_999)}),
        wide_header,
    )
    yield Case(
        "64-bit sizes beside one other",
        "local-header",
        lambda: wide_header(unpacked=len(CONTENT)),
        lambda: entry(
            local={"extra": struct.pack("<2H2Q", 1, 16, len(CONTENT), len(deflate(CONTENT)))}
        ),
    )
    yield Case("64-bit sizes and more", "local-header", lambda: wide_header(more=bytes(8)))
    yield Case(
        "other name", "local-name", lambda: entry(local={"path": b"piece_gelato/__main__.py"})
    )
    yield Case("other size", "local-size", lambda: entry(local={"unpacked": 7}))
    yield Case("other checksum", "local-checksum", lambda: entry(local={"checksum": 7}))
    yield Case(
        "wrong descriptor",
        "descriptor",
        lambda: entry(**described(8, wrong=1)),
        lambda: entry(**described(8)),
    )
    yield Case(
        "no descriptor",
        "descriptor",
        lambda: entry(flags=8),
        lambda: entry(**described(8, wide=True)),
    )
    yield Case("no deflate", "content-damaged", lambda: entry(packed=b"\xff" * 20))
    yield Case("deflate cut off", "content-damaged", lambda: entry(packed=deflate(CONTENT)[:-3]))
    yield Case("more than said", "content-size", lambda: entry(unpacked_bytes=5))
    yield Case("less than said", "content-size", lambda: entry(unpacked_bytes=50))
    yield Case(
        "packed bytes go on", "content-tail", lambda: entry(packed=deflate(CONTENT) + b"tail")
    )
    yield Case("checksum", "content-checksum", lambda: entry(checksum=7))


def _share_bytes(made: list[Entry]) -> None:
    made[1].shift = -60


def _reach_into_the_directory(made: list[Entry]) -> None:
    made[-1].packed_bytes = made[-1].numbers()[1] + 20


def _localise(made: Entry, **said: object) -> None:
    made.local = said


def _paths() -> Iterable[Case]:
    yield Case(
        "not marked as UTF-8",
        "path-encoding",
        lambda: entry("caf\xe9.py"),
        lambda: entry("caf\xe9.py", flags=UTF8),
    )
    yield Case(
        "not UTF-8",
        "path-encoding",
        lambda: entries(
            lambda made: made.append(Entry(path=b"caf\xe9.py", content=b"", flags=UTF8))
        ),
    )
    unsafe = {
        "path-absolute": ("/etc/evil", "etc/evil"),
        "path-parent": ("piece_gelato/../../evil.py", "piece_gelato/..evil.py"),
        "path-segment": ("piece_gelato//evil.py", "piece_gelato/evil.py"),
        "path-drive": ("C:evil.py", "C_evil.py"),
        "path-backslash": ("piece_gelato\\evil.py", "piece_gelato-evil.py"),
        "path-control": ("evil.py\0.txt", "evil.py .txt"),
        "path-too-long": ("x/" * 255 + "abc", "x/" * 255 + "ab"),
    }
    for rule, (bad, good) in unsafe.items():
        yield Case(
            rule.removeprefix("path-"),
            rule,
            partial(wheel, {bad: "x"}),
            partial(wheel, {good: "x"}),
        )
    yield Case("dot", "path-segment", lambda: wheel({"piece_gelato/./evil.py": ""}))
    yield Case("name without letters", "path-segment", _no_name)
    yield Case(
        "right to left",
        "path-control",
        lambda: wheel({"piece_gelato/\u202eyp.evil": ""}),
        lambda: wheel({"piece_gelato/\u05d0.py": ""}),
    )
    yield Case(
        "twice",
        "path-repeated",
        lambda: entries(
            lambda made: made.append(Entry(path=MODULE.encode(), content=b"evil = 1\n"))
        ),
    )
    yield Case("one letter twice", "path-repeated", _one_letter_twice)
    yield Case(
        "upper and lower case",
        "path-case",
        lambda: wheel({"piece_gelato/A.py": "", "piece_gelato/a.py": ""}),
        lambda: wheel({"piece_gelato/A.py": "", "piece_gelato/b.py": ""}),
    )
    yield Case(
        "final dot", "path-case", lambda: wheel({"piece_gelato/a": "", "piece_gelato/a.": ""})
    )
    yield Case(
        "composed and not",
        "path-unicode",
        lambda: wheel({"piece_gelato/\xe9": "", "piece_gelato/e\u0301": ""}),
        lambda: wheel({"piece_gelato/\xe9": "", "piece_gelato/e": ""}),
    )
    yield Case(
        "file and folder",
        "path-file-and-folder",
        lambda: wheel({"piece_gelato/a": "", "piece_gelato/A/b": ""}),
        lambda: wheel({"piece_gelato/a.py": "", "piece_gelato/a/b": ""}),
    )


def _one_letter_twice() -> bytes:
    made = entries_of(with_record({**wheel_files(), "a": ""}))
    return archive([*made, Entry(path=b"a")])


def _no_name() -> bytes:
    return entries(lambda made: made.append(Entry(path=b"", content=b"")))
