"""Bodies of several parts (`multipart/form-data`), written piece by piece.

Source: RFC 7578; names are escaped as browsers do it, see the HTML standard, "multipart form data".
"""

from __future__ import annotations

from collections.abc import AsyncIterable, AsyncIterator, Sequence
from dataclasses import dataclass, field
from typing import Final, TypeAlias

from pieces_framework import ApFile, ApStreamingFile, FatalError

_ESCAPES: Final = str.maketrans({'"': "%22", "\r": "%0D", "\n": "%0A"})


@dataclass(frozen=True)
class FilePart:
    """A file in a `MultipartBody`."""

    file_name: str
    data: bytes | AsyncIterable[bytes] = field(repr=False)
    """What is iterated is sent as it comes, and only once."""
    content_type: str | None = None
    """Guessed from the file's name if it is `None`."""


FieldValue: TypeAlias = str | FilePart | ApFile | ApStreamingFile


@dataclass(frozen=True)
class MultipartBody:
    """A body of texts and files, as a browser sends a form with files.

    Its `Content-Type`, with the boundary, is set by itself.
    """

    fields: Sequence[tuple[str, FieldValue]] = field(repr=False)
    """Name and value of each, in the order to send them; a name may stand several times."""


class MultipartStream:
    """The bytes of a `MultipartBody`. It can be iterated again unless a part cannot."""

    def __init__(self, body: MultipartBody, boundary: str) -> None:
        self._parts: Final = [_encoded(name, value, boundary) for name, value in body.fields]
        self._end: Final = f"--{boundary}--\r\n".encode()

    @property
    def is_one_time(self) -> bool:
        """Whether it can be sent only once."""
        return any(not isinstance(data, bytes) for _, data in self._parts)

    @property
    def size_bytes(self) -> int | None:
        """How long it is; `None` if only reading would tell."""
        size = len(self._end)
        for head, data in self._parts:
            if not isinstance(data, bytes):
                return None
            size += len(head) + len(data) + 2
        return size

    async def __aiter__(self) -> AsyncIterator[bytes]:
        """Yield the pieces."""
        for head, data in self._parts:
            yield head
            if isinstance(data, bytes):
                yield data
            else:
                async for piece in data:
                    yield piece
            yield b"\r\n"
        yield self._end


def _encoded(
    name: str, value: FieldValue, boundary: str
) -> tuple[bytes, bytes | AsyncIterable[bytes]]:
    """Return what stands before a part's data, and the data."""
    disposition = f'--{boundary}\r\nContent-Disposition: form-data; name="{_escaped(name)}"'
    if isinstance(value, str):
        return f"{disposition}\r\n\r\n".encode(), _utf8(value)
    if isinstance(value, ApFile):
        value = FilePart(value.filename, value.data)
    elif isinstance(value, ApStreamingFile):
        value = FilePart(value.filename, value.body)
    kind = value.content_type or _guessed(value.file_name)
    if not kind.isprintable():
        raise FatalError(f"the content type {kind!r} of `{value.file_name}` cannot be sent")
    head = f'{disposition}; filename="{_escaped(value.file_name)}"\r\nContent-Type: {kind}\r\n\r\n'
    return head.encode(), value.data


def _escaped(text: str) -> str:
    return _utf8(text.translate(_ESCAPES)).decode()


def _utf8(text: str) -> bytes:
    return text.encode("utf-8", "replace")  # half characters, which a browser replaces as well


def _guessed(file_name: str) -> str:
    import mimetypes

    return mimetypes.guess_type(file_name, strict=False)[0] or "application/octet-stream"
