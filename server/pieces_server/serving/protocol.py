"""HTTP over one connection, with bounds on what a client may leave us waiting for."""

from __future__ import annotations

import asyncio
import logging
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final, cast

import h11
from h11._connection import DEFAULT_MAX_INCOMPLETE_EVENT_SIZE
from uvicorn.protocols.http.h11_impl import H11Protocol

from pieces_server.database.identifiers import new_id
from pieces_server.web.error_answers import error_answer

from .configuration import ServingConfig

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.responses import JSONResponse
    from starlette.types import Receive, Scope, Send
    from uvicorn.protocols.http.h11_impl import RequestResponseCycle
    from uvicorn.server import ServerState

_LINGER_S: Final = 2
"""How long what a client still sends is thrown away after it was refused: closing at once would
reset the connection, and the client would not see the answer."""
_FREE_CHUNKS: Final = 1000
_MIN_CHUNK_BYTES: Final = 64
"""What chunks have at least, on average, in a body of more than `_FREE_CHUNKS`. To take a chunk
apart costs the same however small it is, and everybody else waits meanwhile."""
_incoming: Final = memoryview(bytearray(DEFAULT_MAX_INCOMPLETE_EVENT_SIZE))
"""What has just come in, on whichever connection: it is copied at once."""
_waiting: Final[dict[BoundedProtocol, asyncio.TimerHandle]] = {}
"""The connections whose heads are waited for, longest first, with what ends the wait."""
_logger = logging.getLogger(__name__)


class BoundedProtocol(H11Protocol, asyncio.BufferedProtocol):
    """uvicorn's protocol, with a time for each head and for each answer to be taken.

    It takes in 16 kB of each connection before it is the next one's turn. No head that is more than
    twice as large passes: h11 measures one only when more of it is to come.
    """

    # The signature is uvicorn's: `app_state` is what its lifespan protocol leaves.
    def __init__(
        self,
        config: ServingConfig,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        super().__init__(config, server_state, app_state, _loop)
        self.conn = _Connection()
        self._timeout_s = config.settings.client_timeout_seconds
        self._max_connections = config.settings.max_connections
        self._answer_timer: asyncio.TimerHandle | None = None
        self._is_refused = False

    def connection_made(  # type: ignore[override]  # pyright: ignore[reportIncompatibleMethodOverride]
        self, transport: asyncio.Transport
    ) -> None:
        """Take a connection. If there are too many, one that waits goes, or this is refused."""
        super().connection_made(transport)
        excess = len(self.connections) - self._max_connections
        if excess > self._max_connections:
            transport.abort()
        elif excess > 0 and not _end_oldest():
            self.app = _answer_busy
        self._watch_head()

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop the clocks."""
        super().connection_lost(exc)
        self._end_wait()
        self._stop_answer_timer()

    def get_buffer(self, sizehint: int) -> memoryview:
        """Return where asyncio shall put what comes in."""
        del sizehint
        return _incoming

    def buffer_updated(self, nbytes: int) -> None:
        """Take what has come in, and start or stop the clock of the head."""
        if not self._is_refused:
            self.data_received(bytes(_incoming[:nbytes]))
            self._watch_head()

    def pause_writing(self) -> None:
        """Start the clock of the answer: the client does not take it."""
        super().pause_writing()
        self._answer_timer = self.loop.call_later(self._timeout_s, self.transport.abort)

    def resume_writing(self) -> None:
        """Stop the clock of the answer."""
        super().resume_writing()
        self._stop_answer_timer()

    def shutdown(self) -> None:
        """Begin to end the connection; a request that has begun is still answered."""
        if self._is_refused:
            self.transport.close()
        else:
            super().shutdown()

    def send_400_response(self, msg: str) -> None:
        """Refuse what is not HTTP; uvicorn calls this."""
        del msg
        self._refuse(400, "VALIDATION", "not valid HTTP, too large a head, or too small chunks")

    def _watch_head(self) -> None:
        if self._is_refused or self.conn.their_state is not h11.IDLE:
            self._end_wait()
        elif self not in _waiting:
            _waiting[self] = self.loop.call_later(self._timeout_s, self._end_slow_head)

    def _end_wait(self) -> None:
        if self in _waiting:
            _waiting.pop(self).cancel()

    def _end_slow_head(self) -> None:
        if self.transport.is_closing() or self.conn.their_state is not h11.IDLE:
            return
        has_begun, _ = self.conn.trailing_data
        if has_begun:
            self._refuse(
                408, "REQUEST_TIMEOUT", f"no whole head came within {self._timeout_s:g} seconds"
            )
        else:
            self.transport.close()

    def _refuse(self, status: int, code: str, message: str) -> None:
        self._is_refused = True
        self._end_wait()
        # uvicorn has it begin as `None`, and says so only in a comment for mypy.
        cycle = cast("RequestResponseCycle | None", self.cycle)
        if cycle is not None and not cycle.response_complete:
            cycle.disconnected = True  # what answers the request learns it when it reads on
            cycle.message_event.set()
        if self.conn.our_state in {h11.IDLE, h11.SEND_RESPONSE}:
            self._answer(status, code, message)
        else:
            self.transport.close()

    def _answer(self, status: int, code: str, message: str) -> None:
        answer = _logged_answer(self.client, status, code, message)
        reason = HTTPStatus(status).phrase.encode()
        for event in (
            h11.Response(status_code=status, headers=answer.raw_headers, reason=reason),
            h11.Data(data=bytes(answer.body)),
            h11.EndOfMessage(),
        ):
            self.transport.write(self.conn.send(event) or b"")
        self.transport.write_eof()
        self.loop.call_later(_LINGER_S, self.transport.close)

    def _stop_answer_timer(self) -> None:
        if self._answer_timer is not None:
            self._answer_timer.cancel()


def _end_oldest() -> bool:
    """End the connection whose head has been waited for longest; returns whether there is one."""
    oldest = next(iter(_waiting), None)
    if oldest is None:
        return False
    _waiting.pop(oldest).cancel()
    oldest.transport.abort()
    return True


class _Connection(h11.Connection):
    """h11's, that refuses a body of many tiny chunks."""

    def __init__(self) -> None:
        super().__init__(h11.SERVER, DEFAULT_MAX_INCOMPLETE_EVENT_SIZE)
        self._chunks = self._bytes = 0

    def next_event(self) -> h11.Event | type[h11.NEED_DATA | h11.PAUSED]:
        """Return what the client has sent next.

        Raises:
            h11.RemoteProtocolError: if that is not HTTP, or the chunks are too small.
        """
        event = super().next_event()
        if isinstance(event, h11.Request):
            self._chunks = self._bytes = 0
        elif isinstance(event, h11.Data):
            self._chunks += event.chunk_end
            self._bytes += len(event.data)
            # The last chunk may be any rest.
            if self._chunks - 1 > max(_FREE_CHUNKS, self._bytes / _MIN_CHUNK_BYTES):
                raise h11.RemoteProtocolError("the chunks are too small")
        return event


async def _answer_busy(scope: Scope, receive: Receive, send: Send) -> None:
    answer = _logged_answer(
        scope["client"], 503, "SERVICE_UNAVAILABLE", "too many connections", {"retry-after": "1"}
    )
    await answer(scope, receive, send)


def _logged_answer(
    client: tuple[str, int] | None,
    status: int,
    code: str,
    message: str,
    headers: Mapping[str, str] | None = None,
) -> JSONResponse:
    """Return the answer to what does not reach the application, and so its log."""
    request_id = new_id()
    fields = {"request_id": request_id, "status": status, "client": client[0] if client else None}
    _logger.info("refused: %s", message, extra=fields)
    own = {"x-request-id": request_id, "connection": "close"}
    return error_answer(status, code, {"message": message}, {**own, **(headers or {})})
