"""Answers of the package index: ready bytes, or a file whose end is read while it is sent."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO, Final

from .conditions import is_unchanged, wanted_part
from .refusals import LostFileError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.requests import Request
    from starlette.types import Receive, Send

    from pieces_server.registry.package_index import StoredFile

_CHUNK_BYTES: Final = 256 * 1024
"""What is read at once. A file that is no larger takes no further thread."""
NO_SNIFFING: Final = {"X-Content-Type-Options": "nosniff"}
_ONLY_WITH_A_BODY: Final = frozenset({"Content-Type", "Content-Encoding"})


@dataclass(frozen=True)
class Answer:
    """A status, headers and a body."""

    status: int
    headers: Mapping[str, str]
    body: bytes = b""
    rest: BinaryIO | None = None
    """What follows the body; closed once it is sent."""
    rest_bytes: int = 0

    async def send(self, receive: Receive, send: Send) -> None:
        """Send it, the rest only while the client is there to take it."""
        headers = [
            (name.lower().encode("latin-1"), value.encode("latin-1"))
            for name, value in {**NO_SNIFFING, **self.headers}.items()
        ]
        await send({"type": "http.response.start", "status": self.status, "headers": headers})
        more = self.rest is not None
        await send({"type": "http.response.body", "body": self.body, "more_body": more})
        if self.rest is not None:
            with self.rest:
                await self._send_rest(self.rest, receive, send)

    async def _send_rest(self, rest: BinaryIO, receive: Receive, send: Send) -> None:
        gone = asyncio.ensure_future(_disconnected(receive))
        left = self.rest_bytes
        try:
            while left and not gone.done():
                chunk = await asyncio.to_thread(rest.read, min(left, _CHUNK_BYTES))
                if not chunk:
                    raise OSError(f"a stored file lacks its last {left} bytes")
                left -= len(chunk)
                await send({"type": "http.response.body", "body": chunk, "more_body": bool(left)})
        finally:
            gone.cancel()


def bytes_answer(request: Request, body: bytes, headers: Mapping[str, str]) -> Answer:
    """Return an answer with these bytes, or that the client has them already."""
    if is_unchanged(header(request, "if-none-match"), headers["ETag"]):
        return _unchanged(headers)
    return Answer(200, _with_length(headers, len(body)), b"" if request.method == "HEAD" else body)


def file_answer(request: Request, file: StoredFile, headers: Mapping[str, str]) -> Answer:
    """Return an answer with a file or the part of it that is wanted.

    Raises:
        RangeError: if the wanted part is behind the end.
    """
    if is_unchanged(header(request, "if-none-match"), headers["ETag"]):
        return _unchanged(headers)
    if request.method == "HEAD":
        return Answer(200, _with_length(headers, file.size_bytes))
    ranges, if_range = header(request, "range"), header(request, "if-range")
    part = wanted_part(ranges, if_range, headers["ETag"], file.size_bytes)
    if part is None:
        return _file_part(200, headers, file, range(file.size_bytes))
    place = f"bytes {part.start}-{part.stop - 1}/{file.size_bytes}"
    return _file_part(206, {**headers, "Content-Range": place}, file, part)


def redirect(request: Request, location: str) -> Answer:
    """Return an answer that leads to a relative address: a proxy may serve the index elsewhere."""
    query = request.scope["query_string"].decode("latin-1")
    headers = {"Location": f"{location}?{query}" if query else location}
    return Answer(301, _with_length(headers, 0))


def _file_part(status: int, headers: Mapping[str, str], file: StoredFile, part: range) -> Answer:
    try:
        stream = file.path.open("rb", buffering=0)
    except FileNotFoundError as error:
        raise LostFileError(file.path) from error
    try:
        stream.seek(part.start)
        body = stream.read(min(len(part), _CHUNK_BYTES))
    except BaseException:
        stream.close()
        raise
    headers, left = _with_length(headers, len(part)), len(part) - len(body)
    if left:
        return Answer(status, headers, body, stream, left)
    stream.close()
    return Answer(status, headers, body)


def _unchanged(headers: Mapping[str, str]) -> Answer:
    return Answer(
        304, {name: value for name, value in headers.items() if name not in _ONLY_WITH_A_BODY}
    )


def _with_length(headers: Mapping[str, str], size_bytes: int) -> dict[str, str]:
    return {**headers, "Content-Length": str(size_bytes)}


def header(request: Request, name: str) -> str:
    """Return a header; of several of the name, the list that they are one of. Source: RFC 9110."""
    return ",".join(request.headers.getlist(name))


async def _disconnected(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
