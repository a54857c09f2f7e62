"""The instance in one process."""

from __future__ import annotations

import signal
from typing import TYPE_CHECKING

import uvicorn

from pieces_server.app import create_app

from .configuration import ServingConfig

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable
    from types import FrameType

    from pieces_server.instance import Instance


def serve_alone(instance: Instance, listener: socket.socket, ready: Callable[[], None]) -> None:
    """Answer requests until a signal; it is raised again after the last answer.

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
            if self.should_exit:  # the second signal: what is stored is whole at any moment
                signal.signal(sig, signal.SIG_DFL)
                signal.raise_signal(sig)
            super().handle_exit(sig, frame)

    Server(ServingConfig(lambda: create_app(instance), instance.settings)).run(sockets=[listener])
