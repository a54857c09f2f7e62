"""The URL that `pieces run --listen` serves: requests in, runs of the trigger out."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Awaitable, Callable, MutableMapping
from typing import TYPE_CHECKING, Any, Final, TypeAlias
from urllib.parse import quote

import click

from pieces_engine import HookName
from pieces_framework import JsonValue, PieceError
from pieces_framework.payload import read_payload

if TYPE_CHECKING:
    from .local_run import LocalRun
    from .results import Results

MAX_BODY_BYTES: Final = 5 * 1024 * 1024

# ASGI leaves open what a message holds; its `type` says which keys there are.
_Message: TypeAlias = MutableMapping[str, Any]
_Receive: TypeAlias = Callable[[], Awaitable[_Message]]
_Send: TypeAlias = Callable[[_Message], Awaitable[None]]


class _RefusedError(Exception):
    """A request that does not reach the trigger."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status: Final = status


class WebhookEndpoint:
    """The ASGI application: one path, and the trigger's `run` behind it."""

    def __init__(
        self,
        local_run: LocalRun,
        results: Results,
        *,
        base_url: str,
        path: str,
        limit: int | None,
    ) -> None:
        self._local_run: Final = local_run
        self._results: Final = results
        self._path: Final = path
        self._limit: Final = limit
        self._taken = 0
        self.base_url: Final = base_url
        self.url: Final = base_url + path
        """What services call."""
        self.open = 0
        """How many requests are being answered."""
        self.handled = 0
        """How many requests `run` has been called for, whether it failed or not."""
        self.done: Final = asyncio.Event()
        """Set once `handled` reaches the limit."""

    async def __call__(self, scope: _Message, receive: _Receive, send: _Send) -> None:
        """Answer one request, as ASGI asks for it."""
        self.open += 1
        try:
            await self._respond(scope, receive, send)
        finally:
            self.open -= 1

    async def _respond(self, scope: _Message, receive: _Receive, send: _Send) -> None:
        start_s = time.perf_counter()
        said = f"{scope['method']} {quote(scope['path'])}"
        try:
            body = await self._take(scope, receive)
        except _RefusedError as refused:
            click.echo(f"{said}: {refused.status}, {refused}", err=True)
            await _answer(send, refused.status, {"message": str(refused)})
            return
        try:
            status, document = await self._run(scope, body)
            took_s = time.perf_counter() - start_s
            click.echo(f"{said}, {len(body)} bytes: {status} in {took_s:.2f} s", err=True)
            await _answer(send, status, document)
        finally:
            self.handled += 1
            if self.handled == self._limit:
                self.done.set()

    async def _take(self, scope: _Message, receive: _Receive) -> bytes:
        # A proxy may keep a prefix of its own before the path.
        if not scope["path"].endswith(self._path):
            raise _RefusedError(404, "there is no webhook here")
        body = await _read_body(receive)
        if self._taken == self._limit:
            raise _RefusedError(503, "the listener is stopping")
        self._taken += 1
        return body

    async def _run(self, scope: _Message, body: bytes) -> tuple[int, JsonValue]:
        headers = [
            (name.decode("latin-1"), value.decode("latin-1")) for name, value in scope["headers"]
        ]
        payload = read_payload(
            body,
            headers=headers,
            query=scope["query_string"].decode("latin-1"),
            method=scope["method"],
        )
        try:
            items = await self._local_run.run_hook(
                HookName.RUN, webhook_url=self.url, payload=payload
            )
        except PieceError as error:
            self._results.request_failure(error)
            return 500, {"message": error.message}
        self._results.success(items)
        return 200, {}


async def _read_body(receive: _Receive) -> bytes:
    """Return the request's body.

    Raises:
        _RefusedError: if it is too large, once all of it has passed by: a client that is still
            sending does not read the answer.
    """
    body = bytearray()
    size_bytes = 0
    more = True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise _RefusedError(400, "the request broke off")
        chunk: bytes = message.get("body", b"")
        size_bytes += len(chunk)
        if size_bytes <= MAX_BODY_BYTES:
            body += chunk
        more = message.get("more_body", False)
    if size_bytes > MAX_BODY_BYTES:
        raise _RefusedError(413, f"the body is larger than {MAX_BODY_BYTES} bytes")
    return bytes(body)


async def _answer(send: _Send, status: int, document: JsonValue) -> None:
    body = json.dumps(document).encode()
    headers = [
        (b"content-type", b"application/json"),
        (b"content-length", str(len(body)).encode()),
    ]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
