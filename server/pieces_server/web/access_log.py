"""A line in the log for each request."""

from __future__ import annotations

import logging
import time
from typing import TYPE_CHECKING, Any, Final

from pieces_server.logs import current_request_id

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

PROBES: Final = frozenset({"/api/v1/health", "/api/v1/ready"})
"""Asked every few seconds: that all is well is logged at `DEBUG`."""
_MAX_PATH_CHARACTERS: Final = 500
_logger = logging.getLogger(__name__)


class AccessLog:
    """ASGI middleware that logs a request when its answer has been sent.

    Of what the client sent the line has the method, the path without its query, and the address.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on and log how it ended."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began = time.perf_counter()
        current_request_id.set(scope["state"]["request_id"])
        answer = _Answer(send)
        try:
            await self._app(scope, receive, answer.send)
        except Exception:
            answer.status = answer.status or 500  # which the application's outermost part answers
            raise
        finally:
            _log(scope, answer, (time.perf_counter() - began) * 1000)


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


def _log(scope: Scope, answer: _Answer, duration_ms: float) -> None:
    path: str = scope["path"][:_MAX_PATH_CHARACTERS]
    quiet = answer.status == 200 and path in PROBES
    level = logging.DEBUG if quiet else logging.INFO
    if not _logger.isEnabledFor(level):
        return
    client = scope.get("client")
    fields: dict[str, Any] = {  # the values of a line are whatever JSON has
        "method": scope["method"],
        "path": path,
        "status": answer.status,
        "duration_ms": round(duration_ms, 2),
        "bytes": answer.size_bytes,
        "client": client[0] if client else None,
    }
    key_id = scope["state"].get("key_id")
    if key_id is not None:
        fields["key_id"] = key_id
    _logger.log(level, "request", extra=fields)
