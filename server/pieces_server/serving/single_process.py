"""The instance in one process."""

from __future__ import annotations

from typing import TYPE_CHECKING

import uvicorn

from pieces_server.app import create_app

from .configuration import ServingConfig
from .ending import end_at_once, on_end_signals

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable
    from types import FrameType

    from pieces_server.instance import Instance


def serve_alone(instance: Instance, listener: socket.socket, ready: Callable[[], None]) -> None:
    """Answer requests until a signal, and those that have begun after it.

    Args:
        instance: its database is closed at the end.
        listener: what clients connect to.
        ready: is called when they may.
    """

    class Server(uvicorn.Server):
        async def startup(self, sockets: list[socket.socket] | None = None) -> None:
            await super().startup(sockets)
            ready()

        def handle_exit(self, sig: int, frame: FrameType | None) -> None:
            del frame
            if self.should_exit:
                end_at_once(sig)
            self.should_exit = True

    server = Server(ServingConfig(lambda: create_app(instance), instance.settings))
    on_end_signals(server.handle_exit)
    server.run(sockets=[listener])
