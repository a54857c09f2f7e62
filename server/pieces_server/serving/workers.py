"""The instance in several processes that share a socket, a database and a data folder."""

from __future__ import annotations

import logging
import multiprocessing
import os
import signal
import threading
import time
from contextlib import ExitStack
from functools import partial
from typing import TYPE_CHECKING, Final

from uvicorn.supervisors import Multiprocess

from pieces_framework.errors import PieceError

from .configuration import ServingConfig
from .ending import end_at_once, on_end_signals

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable
    from multiprocessing.connection import Connection

    from starlette.types import ASGIApp

    from pieces_server.settings import Settings

_START_S: Final = 60
_END_S: Final = 5
"""How much longer than its requests a worker may take to end."""
_logger = logging.getLogger(__name__)
_held: Final = ExitStack()
"""What a worker holds until its process ends."""


def serve_with_workers(
    settings: Settings, listener: socket.socket, ready: Callable[[], None]
) -> None:
    """Start the workers, replace those that die, and end all on a signal.

    Args:
        settings: each worker opens database and data folder by them.
        listener: what clients connect to.
        ready: is called when all workers answer.
    """
    # The writing end is in this process alone, and closes with it, however it ends.
    reader, writer = multiprocessing.Pipe(duplex=False)
    with reader, writer:
        config = ServingConfig(partial(create_worker, settings, reader), settings)
        _Supervisor(config, listener, ready).run()


def create_worker(settings: Settings, parent: Connection) -> ASGIApp:
    """Return the application, in the process of a worker.

    Args:
        settings: the administrator's.
        parent: ends when the process that started this one does.
    """
    from pieces_server.app import create_app
    from pieces_server.instance import open_instance
    from pieces_server.storage.data_folder_lock import held_data_folder

    signal.signal(signal.SIGHUP, signal.SIG_IGN)  # the parent has it too, and ends us gently
    threading.Thread(target=_end_with, args=(parent,), daemon=True).start()
    try:
        _held.enter_context(held_data_folder(settings, exclusive=False))
        return create_app(open_instance(settings))
    except PieceError as error:
        _logger.error("a worker cannot start: %s", error.message)  # noqa: TRY400 -- no fault of ours
        raise SystemExit(error.exit_code) from error


def _end_with(parent: Connection) -> None:
    try:
        parent.recv_bytes()
    except EOFError:
        # As the parent would have ended it: it takes no more connections, and answers the rest.
        os.kill(os.getpid(), signal.SIGTERM)


class _Supervisor(Multiprocess):
    def __init__(
        self, config: ServingConfig, listener: socket.socket, ready: Callable[[], None]
    ) -> None:
        hang_up = signal.getsignal(signal.SIGHUP)
        super().__init__(config, [listener])
        signal.signal(signal.SIGHUP, hang_up)
        self._ready = ready
        self._end_s = config.settings.shutdown_timeout_seconds + _END_S
        on_end_signals(self._end)

    def init_processes(self) -> None:
        super().init_processes()
        if all(each.wait_until_ready(_START_S, self.should_exit) for each in self.processes):
            self._ready()

    def keep_subprocess_alive(self) -> None:
        before = list(self.processes)
        super().keep_subprocess_alive()
        for old, new in zip(before, self.processes, strict=True):
            if old is not new:
                fields = {"pid": old.pid, "exit_code": old.exitcode}
                _logger.error("a worker died and was replaced", extra=fields)

    def terminate_all(self) -> None:
        super().terminate_all()
        for listener in self.sockets:  # or connections would wait in it for nobody
            listener.close()

    def join_all(self) -> None:
        deadline = time.monotonic() + self._end_s
        for each in self.processes:
            each.process.join(max(0, deadline - time.monotonic()))
        self._kill_all()
        super().join_all()

    def _end(self, number: int, _: object) -> None:
        if self.should_exit.is_set():
            self._kill_all()
            end_at_once(number)
        self.should_exit.set()

    def _kill_all(self) -> None:
        for each in self.processes:
            if each.process.is_alive():
                each.process.kill()
