"""Bodies of several parts (`multipart/form-data`), written piece by piece.

Source: RFC 7578; names are escaped as browsers do it, see the HTML standard, "multipart form data".
"""

from __future__ import annotations

from collections.abc import AsyncIterable, AsyncIterator, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, TypeAlias, cast

from pieces_common.mime_types import mime_type_of
from pieces_framework import ApFile, ApStreamingFile, AuthorCodeError, FatalError

from .sent_body import closing

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

    fields: Mapping[str, FieldValue] | Sequence[tuple[str, FieldValue]] = field(repr=False)
    """Names and values, in the order to send them. As pairs a name may stand several times."""


class MultipartStream:
    """The bytes of a `MultipartBody`. It can be iterated again unless a part cannot."""

    def __init__(self, body: MultipartBody, boundary: str, request_name: str) -> None:
        """Check and prepare the parts.

        Raises:
            AuthorCodeError: if the fields are no pairs of a name and a text or a file.
            FatalError: if the content type of a file cannot be sent.
        """
        self._parts: Final = [
            _encoded(name, value, boundary, request_name)
            for name, value in _pairs(body.fields, request_name)
        ]
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
                async with closing(data) as pieces:
                    async for piece in pieces:
                        yield piece
            yield b"\r\n"
        yield self._end


def _pairs(fields: object, request_name: str) -> list[tuple[str, FieldValue]]:
    """Return the names and values that `fields` are; what the values are is not looked at."""
    if isinstance(fields, Mapping):
        fields = cast("Mapping[object, object]", fields).items()
    pairs = list(cast("Iterable[object]", fields)) if isinstance(fields, Iterable) else [fields]
    for pair in pairs:
        if not _is_pair(pair):
            raise AuthorCodeError(
                f"the multipart body of `{request_name}` holds what is no pair of a name and a"
                " value",
                hint='write its fields as `{"name": value}` or as `[("name", value)]`',
            )
    return cast("list[tuple[str, FieldValue]]", pairs)


def _is_pair(value: object) -> bool:
    if not isinstance(value, tuple | list):
        return False
    items = cast("Sequence[object]", value)
    return len(items) == 2 and isinstance(items[0], str)


def _encoded(
    name: str, value: FieldValue, boundary: str, request_name: str
) -> tuple[bytes, bytes | AsyncIterable[bytes]]:
    """Return what stands before a part's data, and the data."""
    disposition = f'--{boundary}\r\nContent-Disposition: form-data; name="{_escaped(name)}"'
    if isinstance(value, str):
        return f"{disposition}\r\n\r\n".encode(), _utf8(value)
    file = _file_part(value)
    if file is None:
        raise AuthorCodeError(
            f"field `{name}` of the multipart body of `{request_name}` is {_kind(value)}, neither"
            " text nor a file",
            hint="pass a number as text: `str(number)`; the data of a `FilePart` is bytes",
        )
    content_type = file.content_type or mime_type_of(file.file_name)
    if not content_type.isprintable():
        raise FatalError(
            f"the content type of field `{name}` of the multipart body of `{request_name}` cannot"
            " be sent: HTTP does not allow one of its characters",
            hint="pass one such as `image/png`, or none: it is then guessed by the file's name",
        )
    named = f'{disposition}; filename="{_escaped(file.file_name)}"'
    return f"{named}\r\nContent-Type: {content_type}\r\n\r\n".encode(), file.data


def _file_part(value: object) -> FilePart | None:
    """Return the file that `value` is; `None` if the author passed something else."""
    if isinstance(value, ApFile):
        return FilePart(value.filename, value.data)
    if isinstance(value, ApStreamingFile):
        return FilePart(value.filename, value.body)
    # Of `data` the types say so already, to who has them checked.
    if isinstance(value, FilePart) and isinstance(value.data, bytes | AsyncIterable):  # pyright: ignore[reportUnnecessaryIsInstance]
        return value
    return None


def _kind(value: object) -> str:
    if isinstance(value, FilePart):
        return f"a `FilePart` of {type(value.data).__name__}"
    return type(value).__name__


def _escaped(text: str) -> str:
    return _utf8(text.translate(_ESCAPES)).decode()


def _utf8(text: str) -> bytes:
    return text.encode("utf-8", "replace")  # half characters, which a browser replaces as well
