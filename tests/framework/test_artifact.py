"""Wheels that are read: what they say, and what reading them costs."""

from __future__ import annotations

import io
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any, BinaryIO

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from typing_extensions import override

from pieces_framework import JsonValue
from pieces_framework.artifact import (
    read_piece_wheel,
    read_wheel,
)
from pieces_framework.errors import ArtifactError
from pieces_framework.loading import piece_from_metadata
from pieces_framework.names import distribution_name, normalize_name
from pieces_framework.versions import Version
from tests.support.spoiled_wheels import INFO, metadata, wheel
from tests.support.wheels import (
    METADATA,
    build_wheel,
    piece_document,
    wheel_files,
    with_record,
    write_wheel,
)

ANY_WHEEL = settings(
    max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def test_a_piece_wheel_says_what_it_holds(tmp_path: Path) -> None:
    wheel = read_piece_wheel(build_wheel(tmp_path))

    assert wheel.distribution == "piece-gelato"
    assert wheel.version == Version(0, 1, 0)
    assert wheel.requires_python == ">=3.11"
    assert wheel.core_metadata.startswith("Metadata-Version: 2.1\nName: piece-gelato\n")
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


@pytest.mark.parametrize(
    ("path", "content"),
    [
        pytest.param("sitecustomize.py", "", id="startup-code"),
        pytest.param("pieces_framework/__init__.py", "", id="own-package"),
        pytest.param(f"{INFO}/extra_metadata/piece.json", "{", id="no-piece"),
    ],
)
def test_rules_of_pieces_do_not_bind_other_wheels(tmp_path: Path, path: str, content: str) -> None:
    any_wheel = write_wheel(tmp_path / "w.whl", {**wheel_files(), path: content})

    assert read_wheel(any_wheel).version == Version(0, 1, 0)


def test_a_wheel_without_python_requirement_names_none(tmp_path: Path) -> None:
    text = "Metadata-Version: 2.1\nName: piece-gelato\nVersion: 0.1.0\n"
    files = {**wheel_files(), f"{INFO}/METADATA": text}

    assert read_wheel(write_wheel(tmp_path / "w.whl", files)).requires_python == ""


def test_several_tags_share_one_file_name(tmp_path: Path) -> None:
    text = "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\nTag: py2-none-any\n"
    files = {**wheel_files(), f"{INFO}/WHEEL": text}

    wheel = read_wheel(write_wheel(tmp_path / "w.whl", files))

    assert wheel.filename == "piece_gelato-0.1.0-py2.py3-none-any.whl"


def test_the_names_of_wheel_and_piece_are_compared_normalised(tmp_path: Path) -> None:
    document = piece_document("Piece.Gelato", "0.1.0")
    files = {**wheel_files(), f"{INFO}/extra_metadata/piece.json": document}

    wheel = read_piece_wheel(write_wheel(tmp_path / "w.whl", files))

    assert wheel.piece.name == "Piece.Gelato"


class Pipe(io.RawIOBase):
    """Takes bytes and cannot go back, so that zipfile writes sizes after each file."""

    def __init__(self, target: BinaryIO) -> None:
        self._target = target

    @override
    def writable(self) -> bool:
        return True

    @override
    def write(self, data: Any, /) -> int:  # a buffer, as its base takes it
        return self._target.write(data)


def test_a_wheel_written_to_a_pipe_is_read(tmp_path: Path) -> None:
    path = tmp_path / "w.whl"
    with path.open("wb") as file, zipfile.ZipFile(Pipe(file), "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in with_record(wheel_files()).items():
            archive.writestr(name, content)

    assert read_piece_wheel(path).piece.name == "piece-gelato"


def test_a_wheel_with_room_for_large_files_is_read(tmp_path: Path) -> None:
    path = tmp_path / "w.whl"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in with_record(wheel_files()).items():
            with archive.open(name, "w", force_zip64=True) as member:
                member.write(content.encode() if isinstance(content, str) else content)

    assert read_piece_wheel(path).piece.name == "piece-gelato"


def test_reading_a_wheel_runs_nothing_in_it(tmp_path: Path) -> None:
    marker = tmp_path / "ran"
    module = f"import pathlib\npathlib.Path({str(marker)!r}).touch()\n"

    read_piece_wheel(build_wheel(tmp_path, module=module))

    assert not marker.exists()


def test_messages_call_the_file_by_the_label_given(tmp_path: Path) -> None:
    path = tmp_path / "tmp1234"
    path.touch()

    with pytest.raises(ArtifactError, match="`upload`: "):
        read_wheel(path, label="upload")


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(ArtifactError, match=r"`none\.whl`: it cannot be read: No such file"):
        read_wheel(tmp_path / "none.whl")


def test_a_folder_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)

    with pytest.raises(ArtifactError, match=r"`\.`: it cannot be read: Is a directory"):
        read_wheel(Path())


def test_a_path_may_be_text(tmp_path: Path) -> None:
    path = str(build_wheel(tmp_path))

    assert read_piece_wheel(path).core_metadata == read_wheel(path).core_metadata


def test_a_key_of_metadata_is_shown_in_one_printable_line(tmp_path: Path) -> None:
    path = tmp_path / "w.whl"
    path.write_bytes(metadata(actions={"a\n\x1b[31m": 7}))

    with pytest.raises(ArtifactError) as caught:
        read_piece_wheel(path)

    assert r'`metadata.actions["a\n\u001b[31m"]` is not an object' in caught.value.message


@ANY_WHEEL
@given(data=st.data())
def test_a_damaged_wheel_is_refused_or_says_the_same(tmp_path: Path, data: st.DataObject) -> None:
    content = bytearray(wheel())
    for _ in range(data.draw(st.integers(1, 6))):
        place = data.draw(st.integers(0, len(content) - 1))
        content[place] = data.draw(st.integers(0, 255))
    path = tmp_path / "damaged.whl"
    path.write_bytes(content)

    try:
        said = read_piece_wheel(path).piece.metadata
    except ArtifactError:
        return

    assert said == METADATA


@ANY_WHEEL
@given(data=st.data())
def test_a_piece_of_a_wheel_is_refused(tmp_path: Path, data: st.DataObject) -> None:
    content = wheel()
    start = data.draw(st.integers(0, len(content)))
    end = data.draw(st.integers(start, len(content)))
    path = tmp_path / "piece.whl"
    path.write_bytes(content[:start] + content[end:] if start < end else content[:start] + b"x")

    with pytest.raises(ArtifactError):
        read_piece_wheel(path)


@ANY_WHEEL
@given(content=st.binary(max_size=500))
def test_bytes_are_no_wheel(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "bytes.whl"
    path.write_bytes(content)

    with pytest.raises(ArtifactError):
        read_piece_wheel(path)


TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=4)
KNOWN_KEYS = [
    "type", "displayName", "description", "props", "auth", "properties", "required", "options",
    "constraints", "pattern", "refreshers", "sampleData", "outputSchema", "aiMetadata", "strategy",
    "handshakeConfiguration", "renewConfiguration", "propertyGroups", "fields",
]  # fmt: skip
KEYS = TEXTS | st.sampled_from(KNOWN_KEYS)
LEAVES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(allow_nan=False, allow_infinity=False),
    TEXTS,
    st.sampled_from(["ARRAY", "SHORT_TEXT", "DROPDOWN", "OAUTH2", "WEBHOOK", "(a+)+$", "("]),
)
JSON: st.SearchStrategy[JsonValue] = st.recursive(
    LEAVES, lambda child: st.lists(child, max_size=3) | st.dictionaries(KEYS, child, max_size=5)
)
PARTS = st.dictionaries(TEXTS, st.dictionaries(KEYS, JSON, max_size=5), max_size=2)


@ANY_WHEEL
@given(actions=JSON | PARTS, triggers=PARTS, auth=JSON)
def test_metadata_that_is_accepted_can_be_loaded(
    tmp_path: Path, actions: JsonValue, triggers: JsonValue, auth: JsonValue
) -> None:
    path = tmp_path / "w.whl"
    path.write_bytes(metadata(actions=actions, triggers=triggers, auth=auth))

    try:
        accepted = read_piece_wheel(path).piece.metadata
    except ArtifactError as error:
        rule = error.rule
    else:
        assert piece_from_metadata(accepted).metadata() == accepted
        return

    assert rule == "piece-metadata"


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


def modules_after(script: str) -> set[str]:
    done = subprocess.run(
        [sys.executable, "-c", f"import sys; {script}; print(*sys.modules)"],
        capture_output=True,
        text=True,
        check=True,
    )
    return set(done.stdout.split())


def test_the_framework_does_not_load_the_reader_unasked() -> None:
    assert "pieces_framework.artifact" not in modules_after("import pieces_framework")


def test_the_names_of_distributions_load_no_archives() -> None:
    modules = modules_after("from pieces_framework.names import distribution_name")

    assert "pieces_framework.names" in modules
    assert modules & {"zipfile", "zlib", "hashlib", "json", "csv", "email", "pathlib"} == set()
