"""What all `Files` must do. The tests of each run these against it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from urllib.parse import unquote, urlsplit

import pytest

from pieces_framework import Files, FileSizeError

MAX_BYTES = 25 * 1024 * 1024
NAMES = [
    pytest.param("a.txt", "a.txt", id="plain"),
    pytest.param("../../etc/passwd", "passwd", id="folders"),
    pytest.param("C:\\temp\\ü ?#%41.txt", "ü ?#%41.txt", id="windows"),
    pytest.param("..", "file", id="dots"),
    pytest.param("", "file", id="empty"),
    pytest.param("a/\0", "file", id="nul"),
    pytest.param("x" * 300 + ".txt", "x" * 56 + ".txt", id="long"),
    pytest.param("\ud83c.txt", "?.txt", id="no text"),
    pytest.param("🍦" * 300, "🍦" * 60, id="long in bytes"),
]
"""A name, and what is left of it."""


async def streamed(*chunks: bytes) -> AsyncIterator[bytes]:
    for chunk in chunks:
        yield chunk


class FilesContract:
    """Subclass it and give it the fixtures `files`, which takes 4 bytes, and `default_files`.

    Besides a fixture `read`, which gives the bytes at a URL.
    """

    @pytest.mark.parametrize("data", [b"", b"abcd"], ids=["empty", "largest"])
    async def test_it_keeps_bytes_up_to_the_limit(
        self, files: Files, read: Callable[[str], bytes], data: bytes
    ) -> None:
        assert read(await files.write(file_name="a", data=data)) == data

    async def test_it_keeps_a_stream_up_to_the_limit(
        self, files: Files, read: Callable[[str], bytes]
    ) -> None:
        assert read(await files.write(file_name="a", data=streamed(b"ab", b"", b"cd"))) == b"abcd"

    async def test_larger_bytes_are_refused(self, files: Files) -> None:
        with pytest.raises(FileSizeError, match="`a` is larger than 4 bytes"):
            await files.write(file_name="a", data=b"abcde")

    async def test_a_stream_is_refused_at_the_piece_that_is_too_much(self, files: Files) -> None:
        read_so_far: list[bytes] = []

        async def endless() -> AsyncIterator[bytes]:
            while True:
                read_so_far.append(b"ab")
                yield b"ab"

        with pytest.raises(FileSizeError, match="`a` is larger than 4 bytes"):
            await files.write(file_name="a", data=endless())
        assert len(read_so_far) == 3

    async def test_a_stream_that_breaks_breaks_the_call(self, files: Files) -> None:
        async def breaking() -> AsyncIterator[bytes]:
            yield b"ab"
            raise ConnectionError("gone")

        with pytest.raises(ConnectionError, match="gone"):
            await files.write(file_name="a", data=breaking())

    async def test_two_files_of_one_name_are_two_files(
        self, files: Files, read: Callable[[str], bytes]
    ) -> None:
        urls = [await files.write(file_name="a.txt", data=data) for data in (b"1", b"2")]

        assert [read(url) for url in urls] == [b"1", b"2"]

    @pytest.mark.parametrize(("file_name", "kept"), NAMES)
    async def test_the_url_ends_with_the_plain_name(
        self, files: Files, read: Callable[[str], bytes], file_name: str, kept: str
    ) -> None:
        url = await files.write(file_name=file_name, data=b"x")

        assert unquote(urlsplit(url).path.rpartition("/")[2]) == kept
        assert read(url) == b"x"

    async def test_unless_told_otherwise_a_file_has_at_most_25_mb(
        self, default_files: Files, read: Callable[[str], bytes]
    ) -> None:
        largest = bytes(MAX_BYTES)

        assert len(read(await default_files.write(file_name="a", data=largest))) == MAX_BYTES
        with pytest.raises(FileSizeError, match=f"larger than {MAX_BYTES} bytes"):
            await default_files.write(file_name="a", data=largest + b"x")
