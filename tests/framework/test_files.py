"""Files in hand, and files written into text."""

from __future__ import annotations

import mimetypes
from base64 import b64encode
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pieces_framework import ApFile, ApStreamingFile
from pieces_framework.files import parse_data_url


async def nothing() -> AsyncIterator[bytes]:
    yield b""


@pytest.mark.parametrize(
    ("filename", "extension"),
    [("a.txt", "txt"), ("a.tar.gz", "gz"), ("a", None), ("a.", "")],
)
def test_the_extension_follows_the_last_dot(filename: str, extension: str | None) -> None:
    assert ApFile(filename=filename, data=b"").extension == extension
    assert ApStreamingFile(filename=filename, body=nothing()).extension == extension


def test_a_given_extension_counts() -> None:
    assert ApFile(filename="a.txt", data=b"", extension="md").extension == "md"


def test_the_data_is_not_printed() -> None:
    assert "hush" not in repr(ApFile(filename="a.txt", data=b"hush"))


@pytest.mark.parametrize(
    ("url", "filename", "data"),
    [
        pytest.param("data:text/plain;base64,aGk=", "unknown.txt", b"hi", id="text"),
        pytest.param("data:text/plain;base64,aGk", "unknown.txt", b"hi", id="no padding"),
        pytest.param("data:image/png;base64,", "unknown.png", b"", id="no data"),
        pytest.param("data:IMAGE/PNG;base64,aGk=", "unknown.png", b"hi", id="capitals"),
        pytest.param("data:image/webp;base64,aGk=", "unknown.webp", b"hi", id="webp"),
        pytest.param("data:application/vnd.ms-excel;base64,aGk=", "unknown.xls", b"hi", id="dots"),
        pytest.param("data:video/mp4;base64,aGk=", "unknown.mp4", b"hi", id="digits"),
        pytest.param(
            "data:text/plain;charset=utf-8;base64,aGk=", "unknown.txt", b"hi", id="charset"
        ),
        pytest.param("data:application/x-thing;base64,aGk=", "unknown.bin", b"hi", id="unknown"),
        pytest.param("data:text/plain;base64,aG\nk=", "unknown.txt", b"hi", id="lines"),
    ],
)
def test_a_data_url_is_read(url: str, filename: str, data: bytes) -> None:
    assert parse_data_url(url) == ApFile(filename=filename, data=data)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("", id="nothing"),
        pytest.param("aGk=", id="bare base64"),
        pytest.param("data:;base64,aGk=", id="no type"),
        pytest.param("data:text/plain,hi", id="plain data"),
        pytest.param("data:text/plain;base64,a?k=", id="other characters"),
        pytest.param("data:text/plain;base64,aGkhx", id="one character too many"),
        pytest.param("data:text/plain;base64,é", id="not ASCII"),
        pytest.param(" data:text/plain;base64,aGk=", id="space before"),
    ],
)
def test_what_is_no_data_url_is_none(text: str) -> None:
    assert parse_data_url(text) is None


def test_the_extension_is_the_same_on_each_machine(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    of_machine = tmp_path / "mime.types"
    of_machine.write_text("application/x-odd odd\n")
    monkeypatch.setattr(mimetypes, "knownfiles", [str(of_machine)])
    try:
        mimetypes.init()
        file = parse_data_url("data:application/x-odd;base64,aGk=")
    finally:
        monkeypatch.undo()
        mimetypes.init()

    assert file is not None
    assert file.filename == "unknown.bin"


@given(st.binary())
def test_any_data_comes_back(data: bytes) -> None:
    file = parse_data_url(f"data:application/pdf;base64,{b64encode(data).decode()}")

    assert file is not None
    assert file == ApFile(filename="unknown.pdf", data=data)
    assert parse_data_url(f"data:application/pdf;base64,{file.base64}") == file
