"""Bounds on the bodies of requests that hold while they arrive, whatever they announce."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Collection
from typing import TYPE_CHECKING, Final

from pieces_server.errors import BodyTooLargeError, BodyTooSlowError, FileTooLargeError

from .error_answers import error_answer
from .form_reader import MAX_FIELDS_BYTES

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

_FORM_BYTES: Final = 2 * MAX_FIELDS_BYTES
"""What a form may need besides its file: the other fields, their headers, boundaries."""
MAX_BODY_BYTES: Final = 1024 * 1024
_DISCARD_BYTES: Final = 1024 * 1024 * 1024
_BYTES_PER_S: Final = 4096
_CLOSE: Final = (b"connection", b"close")
# RFC 9112, section 6.1: what stands before us may have read another body than we would.
_AMBIGUOUS: Final = error_answer(
    400,
    "VALIDATION",
    {"message": "both `Content-Length` and `Transfer-Encoding` are given"},
    {"connection": "close"},
)


class BodyLimit:
    """ASGI middleware: reading a body that is too large, or comes too slowly, raises an error.

    A request may be answered before its body has come in whole: 401, 404, 413. Closing the
    connection then would reset it, and the client, still sending, would never see the answer. So
    the rest is read and thrown away first, within bounds.

    Args:
        app: what reads the bodies.
        uploads: the paths where a file may be sent.
        max_file_bytes: its size. Elsewhere a body has 1 MB at most.
        timeout_s: in each such time spent waiting, 4 kB for each of its seconds must come in.
    """

    def __init__(
        self, app: ASGIApp, *, uploads: Collection[str], max_file_bytes: int, timeout_s: float
    ) -> None:
        self._app = app
        self._uploads = uploads
        self._max_file_bytes = max_file_bytes
        self._timeout_s = timeout_s

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on with its body under guard."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = dict(scope["headers"])
        if b"content-length" in headers and b"transfer-encoding" in headers:
            await _AMBIGUOUS(scope, receive, send)
            return
        upload = scope["method"] == "POST" and scope["path"] in self._uploads
        body = _Body(
            headers,
            receive,
            max_bytes=self._max_file_bytes + _FORM_BYTES if upload else MAX_BODY_BYTES,
            too_large=(
                FileTooLargeError(self._max_file_bytes)
                if upload
                else BodyTooLargeError(MAX_BODY_BYTES)
            ),
            timeout_s=self._timeout_s,
        )

        async def send_after_body(message: Message) -> None:
            if message["type"] == "http.response.start":
                await body.discard_rest()
                if not body.ended:
                    message = {**message, "headers": [*message.get("headers", ()), _CLOSE]}
            await send(message)

        await self._app(scope, body.receive, send_after_body)


class _Body:
    def __init__(
        self,
        headers: dict[bytes, bytes],
        receive: Receive,
        *,
        max_bytes: int,
        too_large: Exception,
        timeout_s: float,
    ) -> None:
        self._receive_next = receive
        self._max_bytes = max_bytes
        self._too_large = too_large
        self._timeout_s = timeout_s
        # The server below has checked that this header is a number.
        self._announced_bytes = int(headers.get(b"content-length", b"0"))
        self._received_bytes = 0
        self._waited_s = 0.0
        self._recent_bytes = 0
        self._too_slow = False
        self.ended = not (self._announced_bytes or b"transfer-encoding" in headers)
        # Such a client sends nothing before it is told to, which reading does.
        self._must_be_invited = headers.get(b"expect", b"").lower() == b"100-continue"

    async def receive(self) -> Message:
        if self.ended:  # what is waited for now is that the client goes
            return await self._receive_next()
        self._check(self._announced_bytes)
        started = time.monotonic()
        try:
            async with asyncio.timeout(self._timeout_s - self._waited_s):
                message = await self._read()
        except TimeoutError:
            self._too_slow = True
            raise BodyTooSlowError(self._timeout_s) from None
        self._waited_s += time.monotonic() - started
        self._recent_bytes += len(message.get("body", b""))
        if self._recent_bytes >= self._timeout_s * _BYTES_PER_S:
            self._waited_s, self._recent_bytes = 0.0, 0
        self._check(self._received_bytes)
        return message

    async def discard_rest(self) -> None:
        if self._must_be_invited or self._too_slow:
            return
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(self._timeout_s):
                while not self.ended and self._received_bytes < _DISCARD_BYTES:
                    await self._read()

    async def _read(self) -> Message:
        message = await self._receive_next()
        self._must_be_invited = False
        self._received_bytes += len(message.get("body", b""))
        self.ended = not message.get("more_body", False)  # also when the client has gone
        return message

    def _check(self, size_bytes: int) -> None:
        if size_bytes > self._max_bytes:
            raise self._too_large
