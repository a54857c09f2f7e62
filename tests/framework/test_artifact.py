from __future__ import annotations

import io
import json
import subprocess
import sys
import tracemalloc
import zipfile
from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pieces_framework.artifact import (
    Limits,
    distribution_name,
    normalize_name,
    read_piece_wheel,
    read_wheel,
)
from pieces_framework.errors import ArtifactError
from pieces_framework.versions import Version
from tests.support.wheels import METADATA, build_wheel, piece_document, wheel_files, write_wheel

INFO = "piece_gelato-0.1.0.dist-info"


def test_a_piece_wheel_says_what_it_holds(tmp_path: Path) -> None:
    wheel = read_piece_wheel(build_wheel(tmp_path))

    assert wheel.distribution == "piece-gelato"
    assert wheel.version == Version(0, 1, 0)
    assert wheel.requires_python == ">=3.11"
    assert wheel.metadata.startswith("Metadata-Version: 2.1\nName: piece-gelato\n")
    assert wheel.filename == "piece_gelato-0.1.0-py3-none-any.whl"
    assert wheel.piece.name == "piece-gelato"
    assert wheel.piece.version == Version(0, 1, 0)
    assert wheel.piece.source_digest == "d" * 64
    assert wheel.piece.framework == "0.1.0"
    assert wheel.piece.metadata == METADATA
    assert wheel.piece.i18n == {}


def test_a_wheel_without_a_piece_is_still_a_wheel(tmp_path: Path) -> None:
    files = wheel_files()
    del files[f"{INFO}/extra_metadata/piece.json"], files[f"{INFO}/entry_points.txt"]

    wheel = read_wheel(write_wheel(tmp_path / "any name at all", files))

    assert wheel.filename == "piece_gelato-0.1.0-py3-none-any.whl"


def test_a_wheel_without_python_requirement_names_none(tmp_path: Path) -> None:
    files = wheel_files() | {f"{INFO}/METADATA": "Name: piece-gelato\nVersion: 0.1.0\n"}

    assert read_wheel(write_wheel(tmp_path / "w.whl", files)).requires_python == ""


def test_several_tags_share_one_file_name(tmp_path: Path) -> None:
    files = wheel_files() | {f"{INFO}/WHEEL": "Tag: py3-none-any\nTag: py2-none-any\n"}

    wheel = read_wheel(write_wheel(tmp_path / "w.whl", files))

    assert wheel.filename == "piece_gelato-0.1.0-py2.py3-none-any.whl"


def test_the_names_of_wheel_and_piece_are_compared_normalised(tmp_path: Path) -> None:
    document = piece_document("Piece.Gelato", "0.1.0")
    files = wheel_files() | {f"{INFO}/extra_metadata/piece.json": document}

    wheel = read_piece_wheel(write_wheel(tmp_path / "w.whl", files))

    assert wheel.piece.name == "Piece.Gelato"


def test_reading_a_wheel_runs_nothing_in_it(tmp_path: Path) -> None:
    marker = tmp_path / "ran"
    module = f"import pathlib\npathlib.Path({str(marker)!r}).touch()\n"

    read_piece_wheel(build_wheel(tmp_path, module=module))

    assert not marker.exists()


def spoiled(**changes: str | bytes | None) -> dict[str, str | bytes]:
    """The files of a good wheel with some of its dist-info files replaced, or removed by None."""
    paths = {
        "metadata": f"{INFO}/METADATA",
        "wheel": f"{INFO}/WHEEL",
        "record": f"{INFO}/RECORD",
        "entry_points": f"{INFO}/entry_points.txt",
        "piece": f"{INFO}/extra_metadata/piece.json",
    }
    files = wheel_files()
    for name, content in changes.items():
        if content is None:
            del files[paths[name]]
        else:
            files[paths[name]] = content
    return files


def document_with(**changes: object) -> str:
    return piece_document("piece-gelato", "0.1.0", **changes)


BAD_FILES: dict[str, tuple[Mapping[str, str | bytes], str]] = {
    "no METADATA": (spoiled(metadata=None), "no `piece_gelato-0.1.0.dist-info/METADATA`"),
    "no name": (spoiled(metadata="Version: 0.1.0\n"), "no valid `Name`"),
    "odd name": (spoiled(metadata="Name: ../x\nVersion: 0.1.0\n"), "no valid `Name`"),
    "no version": (spoiled(metadata="Name: piece-gelato\n"), "'' is not a version"),
    "odd version": (
        spoiled(metadata="Name: piece-gelato\nVersion: 0.1.0rc1\n"),
        "'0.1.0rc1' is not a version",
    ),
    "folder of another name": (
        spoiled(metadata="Name: piece-other\nVersion: 0.1.0\n"),
        "is not that of `piece-other` 0.1.0",
    ),
    "folder of another version": (
        spoiled(metadata="Name: piece-gelato\nVersion: 0.2.0\n"),
        "is not that of `piece-gelato` 0.2.0",
    ),
    "METADATA not text": (spoiled(metadata=b"Name: \xff\n"), "damaged"),
    "no WHEEL": (spoiled(wheel=None), "dist-info/WHEEL`"),
    "no tag": (spoiled(wheel="Wheel-Version: 1.0\n"), "no valid `Tag`"),
    "odd tag": (spoiled(wheel='Tag: py3-none-"any\n'), "no valid `Tag`"),
    "no RECORD": (spoiled(record=None), "dist-info/RECORD`"),
    "no piece.json": (spoiled(piece=None), "extra_metadata/piece.json`"),
    "piece.json not JSON": (spoiled(piece="{"), "not valid JSON"),
    "piece.json not finite": (spoiled(piece='{"a": NaN}'), "not valid JSON"),
    "piece.json too large a number": (spoiled(piece='{"a": 1e999}'), "not valid JSON"),
    "piece.json half a character": (spoiled(piece='{"a": "\\ud800"}'), "not valid JSON"),
    "piece.json a list": (spoiled(piece="[]"), "not a JSON object"),
    "piece.json deep": (spoiled(piece='{"a": ' + "[" * 70 + "]" * 70 + "}"), "sane depth"),
    "piece.json bottomless": (spoiled(piece="[" * 100_000), "not valid JSON"),
    "unknown schema": (spoiled(piece=document_with(schema=2)), "schema 2 instead of 1"),
    "no schema": (spoiled(piece="{}"), "schema None instead of 1"),
    "no digest": (spoiled(piece=document_with(sourceDigest="")), "no text `sourceDigest`"),
    "digest not text": (spoiled(piece=document_with(sourceDigest=7)), "no text `sourceDigest`"),
    "no translations": (spoiled(piece=document_with(i18n=None)), "no object `i18n`"),
    "no metadata": (spoiled(piece=document_with(metadata=[])), "no object `metadata`"),
    "no actions": (
        spoiled(piece=document_with(metadata={"displayName": "x"})),
        "no object `actions`",
    ),
    "no display name": (spoiled(piece=document_with(metadata={})), "no text `displayName`"),
    "piece of another name": (
        spoiled(piece=document_with(name="piece-other")),
        "its piece is named 'piece-other', the wheel 'piece-gelato'",
    ),
    "piece of another version": (
        spoiled(piece=document_with(version="0.2.0")),
        "its piece has version 0.2.0, the wheel 0.1.0",
    ),
    "piece of odd version": (spoiled(piece=document_with(version="x")), "'x' is not a version"),
    "no entry points": (spoiled(entry_points=None), "dist-info/entry_points.txt`"),
    "no piece among the entry points": (
        spoiled(entry_points="[console_scripts]\na = b:c\n"),
        "no entry point in the group `pieces`",
    ),
    "empty group": (spoiled(entry_points="[pieces]\n"), "no entry point in the group `pieces`"),
    "entry points damaged": (spoiled(entry_points="x = 1\n"), "entry_points.txt cannot be read"),
    "no dist-info": ({"piece_gelato/__init__.py": ""}, "0 `*.dist-info` folders"),
    "two dist-infos": (
        wheel_files() | {"other-0.1.0.dist-info/METADATA": ""},
        "2 `*.dist-info` folders",
    ),
    "path above": (wheel_files() | {"../evil.py": ""}, "unsafe path '../evil.py'"),
    "absolute path": (wheel_files() | {"/etc/evil": ""}, "unsafe path '/etc/evil'"),
    "empty archive": ({}, "0 `*.dist-info` folders"),
}


@pytest.mark.parametrize(("files", "reason"), BAD_FILES.values(), ids=BAD_FILES.keys())
def test_a_bad_wheel_is_refused_with_its_reason(
    tmp_path: Path, files: Mapping[str, str | bytes], reason: str
) -> None:
    path = write_wheel(tmp_path / "bad.whl", files)

    with pytest.raises(ArtifactError) as caught:
        read_piece_wheel(path)

    assert reason in caught.value.message
    assert caught.value.message.startswith("`bad.whl`: ")
    assert caught.value.hint


def test_a_wheel_without_a_piece_is_refused_with_how_to_build_one(tmp_path: Path) -> None:
    path = write_wheel(tmp_path / "bad.whl", spoiled(piece=None))

    with pytest.raises(ArtifactError) as caught:
        read_piece_wheel(path)

    assert caught.value.hint == "build it with `pieces build-piece`"


@pytest.mark.parametrize(
    "content",
    [b"", b"not a zip", b"PK\5\6", b"x" * 100],
    ids=["empty", "text", "signature", "long"],
)
def test_a_file_that_is_no_zip_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "bad.whl"
    path.write_bytes(content)

    with pytest.raises(ArtifactError, match="not a zip archive"):
        read_wheel(path)


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ArtifactError, match=r"`none\.whl`: it cannot be read: No such file"):
        read_wheel(tmp_path / "none.whl")


def test_messages_call_the_file_by_the_label_given(tmp_path: Path) -> None:
    path = tmp_path / "tmp1234"
    path.touch()

    with pytest.raises(ArtifactError, match="`upload`: "):
        read_wheel(path, label="upload")


def test_two_files_of_one_name_are_refused(tmp_path: Path) -> None:
    path = build_wheel(tmp_path)
    with (
        zipfile.ZipFile(path, "a") as archive,
        pytest.warns(UserWarning, match="Duplicate name"),
    ):
        archive.writestr(f"{INFO}/METADATA", "Name: piece-evil\nVersion: 0.1.0\n")

    with pytest.raises(ArtifactError, match="two files of one name"):
        read_wheel(path)


def test_a_bomb_is_refused_before_it_unfolds(tmp_path: Path) -> None:
    bomb = '{"a": "' + " " * 20_000_000 + '"}'
    path = write_wheel(tmp_path / "bomb.whl", spoiled(piece=bomb))
    assert path.stat().st_size < 100_000

    with pytest.raises(ArtifactError, match="larger than 1000 bytes"):
        read_piece_wheel(path, limits=Limits(member_bytes=1000))


def test_a_bomb_takes_no_memory(tmp_path: Path) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in spoiled(piece=None).items():
            archive.writestr(name, content)
        with archive.open(f"{INFO}/extra_metadata/piece.json", "w") as member:
            for _ in range(512):
                member.write(b" " * 1024 * 1024)
    path = tmp_path / "bomb.whl"
    path.write_bytes(buffer.getvalue())
    tracemalloc.start()
    try:
        with pytest.raises(ArtifactError, match="larger than"):
            read_piece_wheel(path)
        _, peak_bytes = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert peak_bytes < 32 * 1024 * 1024


def test_a_wheel_that_unpacks_to_too_much_is_refused(tmp_path: Path) -> None:
    wheel = write_wheel(tmp_path / "w.whl", wheel_files() | {"piece_gelato/data": "0" * 100_000})

    with pytest.raises(ArtifactError, match="unpacks to too much"):
        read_wheel(wheel, limits=Limits(content_bytes=100_000))


@pytest.mark.parametrize(
    ("cut", "before", "flipped"),
    [
        pytest.param(30, b"", None, id="its beginning is cut off"),
        pytest.param(0, b"#!/bin/sh\n", None, id="something stands before it"),
        pytest.param(0, b"", 40, id="a byte differs"),
    ],
)
def test_a_wheel_that_installers_could_not_unpack_is_refused(
    tmp_path: Path, cut: int, before: bytes, flipped: int | None
) -> None:
    wheel = build_wheel(tmp_path)
    content = bytearray(before + wheel.read_bytes()[cut:])
    if flipped is not None:
        content[flipped] ^= 1
    wheel.write_bytes(content)

    with pytest.raises(ArtifactError):
        read_wheel(wheel)


def test_an_archive_of_too_many_files_is_refused(tmp_path: Path) -> None:
    files = wheel_files() | {f"piece_gelato/{number}.py": "" for number in range(100)}
    path = write_wheel(tmp_path / "many.whl", files)

    with pytest.raises(ArtifactError, match="lists too many files"):
        read_wheel(path, limits=Limits(directory_bytes=5000))


def test_an_unusual_compression_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "lzma.whl"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_LZMA) as archive:
        for name, content in wheel_files().items():
            archive.writestr(name, content)

    with pytest.raises(ArtifactError, match="compressed in an unusual way"):
        read_wheel(path)


@settings(
    max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data())
def test_a_damaged_wheel_is_read_or_refused_but_never_breaks(
    tmp_path: Path, data: st.DataObject
) -> None:
    content = bytearray(build_wheel(tmp_path).read_bytes())
    for _ in range(data.draw(st.integers(1, 6))):
        place = data.draw(st.integers(0, len(content) - 1))
        content[place] = data.draw(st.integers(0, 255))
    path = tmp_path / "damaged.whl"
    path.write_bytes(content)

    try:
        wheel = read_piece_wheel(path)
    except ArtifactError:
        return

    json.dumps(wheel.piece.metadata, allow_nan=False)


@pytest.mark.parametrize(
    ("name", "expected"),
    [("Piece_Google.Drive", "piece-google-drive"), ("piece--x", "piece-x"), ("x", "x")],
)
def test_names_are_normalised_as_installers_do(name: str, expected: str) -> None:
    assert normalize_name(name) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("@activepieces/piece-x", "piece-x"),
        ("@acme/piece-x", "acme-piece-x"),
        ("@Acme/Piece_X", "acme-piece-x"),
        ("piece-x", "piece-x"),
        ("Piece.X", "piece-x"),
        ("@acme", "@acme"),
    ],
)
def test_a_name_from_a_flow_is_a_distribution_name(text: str, expected: str) -> None:
    assert distribution_name(text) == expected


def test_the_framework_does_not_load_the_reader_unasked() -> None:
    script = "import sys, pieces_framework; print('pieces_framework.artifact' in sys.modules)"

    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )

    assert done.stdout == "False\n"
