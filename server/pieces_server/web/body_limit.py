"""A bound on the bodies of requests that holds while they arrive, whatever they announce."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING, Final

from pieces_server.errors import FileTooLargeError

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

_FORM_BYTES: Final = 64 * 1024
"""What a form may need besides its file: boundaries, headers, the other fields."""
_DISCARD_BYTES: Final = 1024 * 1024 * 1024
_DISCARD_S: Final = 30


class BodyLimit:
    """ASGI middleware: reading more than a file of `max_file_bytes` raises `FileTooLargeError`.

    A request may be answered before its body has come in whole: 401, 404, 413. Closing the
    connection then would reset it, and the client, still sending, would never see the answer. So
    the rest is read and thrown away first, within bounds.
    """

    def __init__(self, app: ASGIApp, max_file_bytes: int) -> None:
        self._app = app
        self._max_file_bytes = max_file_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on with its body under guard."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        body = _Body(dict(scope["headers"]), receive, self._max_file_bytes)

        async def send_after_body(message: Message) -> None:
            if message["type"] == "http.response.start":
                await body.discard_rest()
            await send(message)

        await self._app(scope, body.receive, send_after_body)


class _Body:
    def __init__(self, headers: dict[bytes, bytes], receive: Receive, max_file_bytes: int) -> None:
        self._receive_next = receive
        self._max_file_bytes = max_file_bytes
        # The server below has checked that this header is a number.
        self._announced_bytes = int(headers.get(b"content-length", b"0"))
        self._received_bytes = 0
        self._ended = not (self._announced_bytes or b"transfer-encoding" in headers)
        # Such a client sends nothing before it is told to, which reading does.
        self._must_be_invited = headers.get(b"expect", b"").lower() == b"100-continue"

    async def receive(self) -> Message:
        self._check(self._announced_bytes)
        message = await self._read()
        self._check(self._received_bytes)
        return message

    async def discard_rest(self) -> None:
        if self._must_be_invited:
            return
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_DISCARD_S):
                while not self._ended and self._received_bytes < _DISCARD_BYTES:
                    await self._read()

    async def _read(self) -> Message:
        message = await self._receive_next()
        self._must_be_invited = False
        self._received_bytes += len(message.get("body", b""))
        self._ended = not message.get("more_body", False)  # also when the client has gone
        return message

    def _check(self, size_bytes: int) -> None:
        if size_bytes > self._max_file_bytes + _FORM_BYTES:
            raise FileTooLargeError(self._max_file_bytes)
