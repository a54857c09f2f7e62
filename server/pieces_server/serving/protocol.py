"""HTTP over one connection, with bounds on what a client may leave us waiting for."""

from __future__ import annotations

import asyncio
import json
import logging
from typing import TYPE_CHECKING, Any, Final, cast

import h11
from h11._connection import DEFAULT_MAX_INCOMPLETE_EVENT_SIZE
from uvicorn.protocols.http.h11_impl import H11Protocol

from pieces_server.database.identifiers import new_id

from .configuration import ServingConfig

if TYPE_CHECKING:
    from starlette.types import Receive, Scope, Send
    from uvicorn.protocols.http.h11_impl import RequestResponseCycle
    from uvicorn.server import ServerState

_LINGER_S: Final = 2
"""How long what a client still sends is thrown away after it was refused: closing at once would
reset the connection, and the client would not see the answer."""
_REASONS: Final = {400: b"Bad Request", 408: b"Request Timeout"}
_logger = logging.getLogger(__name__)


class BoundedProtocol(H11Protocol):
    """uvicorn's protocol, with a time for each head and for each answer to be taken."""

    # The signature is uvicorn's: `app_state` is what its lifespan protocol leaves.
    def __init__(
        self,
        config: ServingConfig,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        super().__init__(config, server_state, app_state, _loop)
        self._timeout_s = config.settings.client_timeout_seconds
        self._max_connections = config.settings.max_connections
        self._head_timer: asyncio.TimerHandle | None = None
        self._answer_timer: asyncio.TimerHandle | None = None
        self._is_refused = False

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Take a connection, or refuse it if there are too many."""
        super().connection_made(transport)
        excess = len(self.connections) - self._max_connections
        if excess > self._max_connections:
            transport.abort()
        elif excess > 0:
            self.app = _answer_busy
        self._watch_head()

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop the clocks."""
        super().connection_lost(exc)
        self._stop(self._head_timer)
        self._stop(self._answer_timer)

    def data_received(self, data: bytes) -> None:
        """Take what has come in, and start or stop the clock of the head."""
        # h11 measures only heads that are incomplete. In parts of that measure, none that is more
        # than twice as large passes for being complete when it is looked at.
        for begin in range(0, len(data), DEFAULT_MAX_INCOMPLETE_EVENT_SIZE):
            if self._is_refused:
                return
            super().data_received(data[begin : begin + DEFAULT_MAX_INCOMPLETE_EVENT_SIZE])
        self._watch_head()

    def pause_writing(self) -> None:
        """Start the clock of the answer: the client does not take it."""
        super().pause_writing()
        self._answer_timer = self.loop.call_later(self._timeout_s, self.transport.abort)

    def resume_writing(self) -> None:
        """Stop the clock of the answer."""
        super().resume_writing()
        self._stop(self._answer_timer)

    def shutdown(self) -> None:
        """Begin to end the connection; a request that has begun is still answered."""
        if self._is_refused:
            self.transport.close()
        else:
            super().shutdown()

    def send_400_response(self, msg: str) -> None:
        """Refuse what is no HTTP; uvicorn calls this."""
        del msg
        self._refuse(400, "VALIDATION", "no valid HTTP request, or one with too large a head")

    def _watch_head(self) -> None:
        if self._is_refused or self.conn.their_state is not h11.IDLE:
            self._stop(self._head_timer)
            self._head_timer = None
        elif self._head_timer is None:
            self._head_timer = self.loop.call_later(self._timeout_s, self._end_slow_head)

    def _end_slow_head(self) -> None:
        if self.transport.is_closing() or self.conn.their_state is not h11.IDLE:
            return
        has_begun, _ = self.conn.trailing_data
        if has_begun:
            self._refuse(
                408, "REQUEST_TIMEOUT", f"no whole head within {self._timeout_s:g} seconds"
            )
        else:
            self.transport.close()

    def _refuse(self, status: int, code: str, message: str) -> None:
        self._is_refused = True
        self._stop(self._head_timer)
        # uvicorn has it begin as `None`, and says so only in a comment for mypy.
        cycle = cast("RequestResponseCycle | None", self.cycle)
        if cycle is not None and not cycle.response_complete:
            cycle.disconnected = True  # what answers the request learns it when it reads on
            cycle.message_event.set()
        if self.conn.our_state in {h11.IDLE, h11.SEND_RESPONSE}:
            self._answer(status, {"code": code, "params": {"message": message}})
        else:
            self.transport.close()

    def _answer(self, status: int, document: dict[str, object]) -> None:
        request_id, body = new_id(), json.dumps(document).encode()
        client = self.client[0] if self.client else None
        fields = {"request_id": request_id, "status": status, "client": client}
        _logger.info("no request", extra=fields)
        head = [
            (b"content-type", b"application/json"),
            (b"content-length", str(len(body)).encode()),
            (b"x-request-id", request_id.encode()),
            (b"connection", b"close"),
        ]
        for event in (
            h11.Response(status_code=status, headers=head, reason=_REASONS[status]),
            h11.Data(data=body),
            h11.EndOfMessage(),
        ):
            self.transport.write(self.conn.send(event) or b"")
        self.transport.write_eof()
        self.loop.call_later(_LINGER_S, self.transport.close)

    @staticmethod
    def _stop(timer: asyncio.TimerHandle | None) -> None:
        if timer is not None:
            timer.cancel()


async def _answer_busy(_: Scope, __: Receive, send: Send) -> None:
    document = {"code": "SERVICE_UNAVAILABLE", "params": {"message": "too many connections"}}
    head = [
        (b"content-type", b"application/json"),
        (b"retry-after", b"1"),
        (b"x-request-id", new_id().encode()),
        (b"connection", b"close"),
    ]
    await send({"type": "http.response.start", "status": 503, "headers": head})
    await send({"type": "http.response.body", "body": json.dumps(document).encode()})
