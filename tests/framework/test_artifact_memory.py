"""What it costs to refuse a wheel: less than 100 MB, whatever is in it."""

from __future__ import annotations

import json
import random
import struct
import subprocess
import sys
import zlib
from collections.abc import Callable, Mapping
from dataclasses import asdict
from pathlib import Path

import pytest

from tests.support.archives import Entry, archive, deflate, entries_of
from tests.support.hostile_wheels import CASES
from tests.support.spoiled_wheels import INFO, PIECE, TAGS, entry, sample, wheel
from tests.support.wheels import record_row, wheel_files, with_record

MAX_PEAK_BYTES = 100 * 1024 * 1024
MB = 1024 * 1024

# The peak of a process counts from before it became this program: without the shell between them
# it would be at least what pytest holds.
SHELL = '"$0" "$@"; exit $?'
CHILD = """
import json, resource, sys
from pathlib import Path
from pieces_framework.artifact import Limits, read_piece_wheel
from pieces_framework.errors import ArtifactError

said = {}
for name, limits in json.load(sys.stdin).items():
    try:
        read_piece_wheel(Path(sys.argv[1], name), limits=Limits(**limits))
    except ArtifactError as error:
        said[name] = error.rule
    else:
        said[name] = "accepted"
print(json.dumps([said, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024]))
"""


def zeros(megabytes: int) -> bytes:
    """Deflated zeros: each flushed megabyte is packed into the same bytes as the one before."""
    engine = zlib.compressobj(9, zlib.DEFLATED, -15)
    block = engine.compress(bytes(MB)) + engine.flush(zlib.Z_FULL_FLUSH)
    return block * megabytes + engine.flush()


def bomb(path: str, *, said_bytes: int = 1024 * MB) -> bytes:
    """A wheel in which a gigabyte of zeros stands, said to be as large or not."""
    return entry(path, packed=zeros(1024), checksum=0, unpacked_bytes=said_bytes)


def large_directory() -> bytes:
    """Two million entries that say they are one file."""
    return archive([], table_tail=Entry(path=b"a").table_entry(0) * 2_000_000)


def many_empty_files() -> bytes:
    count = 40_000
    return archive([Entry(path=b"%d" % number) for number in range(count)])


def overlapping_files() -> bytes:
    """Thousands of files that share one packed megabyte: they would be gigabytes."""
    made = entries_of(with_record(wheel_files()))
    kernel = Entry(path=b"0", content=bytes(MB))
    others = [Entry(path=b"%d" % number, content=b"", packed=b"") for number in range(1, 1000)]
    for other in others:
        other.checksum, other.packed_bytes, other.unpacked_bytes = kernel.numbers()
        other.shift = -40
    return archive([*made, kernel, *others])


def large_files(noise_bytes: int) -> bytes:
    """Files of 300 MB together, each of that much noise and then zeros."""
    content = noise(noise_bytes) + bytes(15 * MB - noise_bytes)
    row = record_row("data", content)
    packed = Entry(path=b"data", content=content)
    names = [f"data{number}" for number in range(20)]
    files = with_record(wheel_files())
    rows = (row.replace("data", name) for name in names)
    files[f"{INFO}/RECORD"] = str(files[f"{INFO}/RECORD"]) + "".join(rows)
    made = [
        Entry(
            path=name.encode(),
            packed=packed.packed,
            checksum=packed.checksum,
            unpacked_bytes=len(content),
        )
        for name in names
    ]
    return archive([*entries_of(files), *made])


def random_lines(line: Callable[[int], str], size_bytes: int = 4 * MB - 20_000) -> str:
    """Lines that differ, in total just within the limit of a document."""
    lines: list[str] = []
    length = number = 0
    while length < size_bytes:
        lines.append(line(number))
        length += len(lines[-1])
        number += 1
    return "".join(lines)


def document(name: str, line: Callable[[int], str], beginning: str = "") -> Callable[[], bytes]:
    return lambda: wheel({f"{INFO}/{name}": beginning + random_lines(line)})


def own_record(text: Callable[[], str]) -> Callable[[], bytes]:
    def build() -> bytes:
        made = entries_of({**wheel_files(), f"{INFO}/RECORD": text()})
        return archive(made)

    return build


def noise(size_bytes: int) -> bytes:
    return random.Random(1).randbytes(size_bytes)


def said_to_be_large() -> bytes:
    """Five files of 256 MB, which no ratio gives away."""
    packed = deflate(noise(1_500_000))
    made = [
        Entry(path=b"%d" % number, packed=packed, unpacked_bytes=256 * MB) for number in range(5)
    ]
    return archive([*entries_of(with_record(wheel_files())), *made])


METADATA_HEAD = str(wheel_files()[f"{INFO}/METADATA"])
BOMBS: Mapping[str, tuple[str, Callable[[], bytes]]] = {
    "a gigabyte of zeros": ("file-too-large", lambda: bomb("piece_gelato/data")),
    "a gigabyte said to be half": (
        "content-ratio",
        lambda: bomb("piece_gelato/data", said_bytes=512 * MB),
    ),
    "a gigabyte said to be small": (
        "content-size",
        lambda: bomb("piece_gelato/data", said_bytes=15 * MB),
    ),
    "a gigabyte of METADATA": ("file-too-large", lambda: bomb(f"{INFO}/METADATA")),
    "large files in name only": ("content-too-large", said_to_be_large),
    "two million entries": ("directory-too-large", large_directory),
    "forty thousand files": ("too-many-files", many_empty_files),
    "overlapping files": ("overlap", overlapping_files),
    "large files": ("accepted", lambda: large_files(MB // 10)),
    "files of zeros, none too large": ("content-ratio", lambda: large_files(0)),
    "headers without end": ("metadata-version", document("METADATA", lambda n: f"X{n}:\n")),
    "requirements without end": (
        "requires-dist",
        document(
            "METADATA", lambda n: f"Requires-Dist:a{n}\n", METADATA_HEAD + "Requires-Dist:(\n"
        ),
    ),
    "folded lines without end": (
        "metadata-version",
        document("METADATA", lambda _: " x\n", "Summary: x\n"),
    ),
    "tags without end": ("file-name-too-long", document("WHEEL", lambda n: f"Tag:{n}-a-b\n", TAGS)),
    "entry points without end": (
        "entry-point-several",
        document("entry_points.txt", lambda n: f"a{n}=b\n", "[pieces]\n"),
    ),
    "rows without end": ("record-absent", own_record(lambda: random_lines(lambda n: f"{n},,\n"))),
    "a row without end": ("record-syntax", own_record(lambda: '"' + "a\n" * 2_000_000)),
    "columns without end": ("record-syntax", own_record(lambda: "," * 4_000_000)),
    "brackets without end": ("json-values", lambda: wheel({PIECE: "[" * 4_000_000})),
    "deep nesting": ("json-depth", lambda: wheel({PIECE: "[" * 190_000})),
    "empty objects without end": ("json-values", lambda: sample("[" + "{}," * 1_300_000 + "0]")),
    "many empty objects": ("accepted", lambda: sample("[" + "{}," * 99_000 + "0]")),
    "many keys": (
        "accepted",
        lambda: sample("{" + ",".join(f'"k{number}":0' for number in range(199_000)) + "}"),
    ),
    "one large text": ("accepted", lambda: sample('"' + "\\u00e9" * 600_000 + '"')),
    "a wide text": ("accepted", lambda: sample('"' + "a" * 4_100_000 + "\U0001f366" + '"')),
    "a wide key": ("accepted", lambda: sample('{"' + "a" * 4_100_000 + '\U0001f366": 1}')),
    "a wide header": (
        "accepted",
        lambda: wheel({f"{INFO}/METADATA": METADATA_HEAD + "X:" + "a" * 4_100_000 + "\U0001f366"}),
    ),
    "a large number": ("json-syntax", lambda: sample("9" * 4_000_000)),
    "random bytes": ("not-a-zip", lambda: noise(8 * MB)),
    "ends without end": ("data-after", lambda: b"PK\5\6" * 2_000_000 + struct.pack("<I", 0)),
}


@pytest.fixture
def hostile(tmp_path: Path) -> Path:
    """A folder with every hostile wheel there is."""
    for case in CASES:
        content = case.bad()
        if content is not None:
            (tmp_path / case.name).write_bytes(content)
    for name, (_, build) in BOMBS.items():
        (tmp_path / name).write_bytes(build())
    return tmp_path


def test_all_hostile_wheels_are_refused_in_little_memory(hostile: Path) -> None:
    limits = {case.name: asdict(case.limits) for case in CASES}
    limits |= {name: {} for name in BOMBS}

    done = subprocess.run(
        ["/bin/sh", "-c", SHELL, sys.executable, "-c", CHILD, str(hostile)],
        input=json.dumps(limits),
        capture_output=True,
        text=True,
        check=True,
    )

    said, peak_bytes = json.loads(done.stdout)
    expected = {case.name: case.rule for case in CASES}
    assert said == expected | {name: rule for name, (rule, _) in BOMBS.items()}
    assert peak_bytes < MAX_PEAK_BYTES
