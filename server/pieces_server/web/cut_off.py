"""The answer of requests that are given up, as the time to end is over."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final

from .error_answers import error_answer

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

_ENDING: Final = error_answer(
    503,
    "SERVICE_UNAVAILABLE",
    {"message": "the instance is being ended"},
    {"connection": "close", "retry-after": "5"},
)


class CutOff:
    """ASGI middleware: a request that the server below cancels is answered 503.

    An answer that has begun stays what it is, and the connection ends in the middle of it.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on."""
        has_begun = False

        async def send_noting(message: Message) -> None:
            nonlocal has_begun
            has_begun = True
            await send(message)

        try:
            await self._app(scope, receive, send_noting)
        except asyncio.CancelledError:
            if scope["type"] != "http":
                raise
            if not has_begun:
                await _ENDING(scope, receive, send)
