"""A line in the log for each request."""

from __future__ import annotations

import logging
import time
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Collection

    from starlette.types import ASGIApp, Message, Receive, Scope, Send

_MAX_PATH_CHARACTERS: Final = 500
_MAX_CLIENT_CHARACTERS: Final = 64
"""A trusted proxy may hand on what a client calls itself, of any length."""
_logger = logging.getLogger(__name__)


class AccessLog:
    """ASGI middleware that logs a request when its answer has been sent.

    Of what the client sent the line has the method, the path without its query, and the address.

    Args:
        app: what answers.
        probes: the paths that are asked every few seconds: that all is well is logged at `DEBUG`.
    """

    def __init__(self, app: ASGIApp, *, probes: Collection[str]) -> None:
        self._app = app
        self._probes = probes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on and log how it ended."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began = time.perf_counter()
        answer = _Answer(send)
        try:
            await self._app(scope, receive, answer.send)
        except Exception:
            answer.status = answer.status or 500  # which the application's outermost part answers
            raise
        finally:
            self._log(scope, answer, (time.perf_counter() - began) * 1000)

    def _log(self, scope: Scope, answer: _Answer, duration_ms: float) -> None:
        quiet = answer.status == 200 and scope["path"] in self._probes
        level = logging.DEBUG if quiet else logging.INFO
        if _logger.isEnabledFor(level):
            _logger.log(level, "request", extra=_fields(scope, answer, duration_ms))


class _Answer:
    def __init__(self, send: Send) -> None:
        self._send = send
        self.status = 0
        self.size_bytes = 0

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
        else:
            self.size_bytes += len(message.get("body", b""))
        await self._send(message)


# The values of a line are whatever JSON has.
def _fields(scope: Scope, answer: _Answer, duration_ms: float) -> dict[str, Any]:
    client = scope.get("client")
    fields: dict[str, Any] = {
        "method": scope["method"],
        "path": scope["path"][:_MAX_PATH_CHARACTERS],
        "status": answer.status,
        "duration_ms": round(duration_ms, 2),
        "bytes": answer.size_bytes,
        "client": client[0][:_MAX_CLIENT_CHARACTERS] if client else None,
    }
    key_id = scope["state"].get("key_id")
    if key_id is not None:
        fields["key_id"] = key_id
    return fields
