"""Waiting for a run to end, in such a way that Ctrl-C always ends it."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TypeVar

import click

from pieces_cli.reporting import INTERRUPTED

if TYPE_CHECKING:
    from collections.abc import Coroutine, Generator

T = TypeVar("T")


def run_to_end(work: Coroutine[Any, Any, T]) -> T:
    """Run `work` to its end, as `asyncio.run` does, but let Ctrl-C end it whatever it does.

    Raises:
        KeyboardInterrupt: if Ctrl-C did.
    """
    runner = asyncio.Runner()
    try:
        with woken_by_signals(runner.get_loop()):
            return runner.run(work)
    except (KeyboardInterrupt, asyncio.CancelledError):
        if threading.active_count() > 1:
            # A plain `def` of the piece may run in a thread: none can be stopped, and Python
            # would wait for it.
            click.echo("aborted", err=True)
            os._exit(INTERRUPTED)
        raise KeyboardInterrupt from None
    finally:
        runner.close()


@contextmanager
def woken_by_signals(loop: asyncio.AbstractEventLoop) -> Generator[None]:
    """Let a signal end the loop's waiting, during the block.

    Python's handler of a signal that comes just before the loop begins to wait is called once it
    stops waiting, which may be never; and `asyncio.Runner` does nothing about it. A byte that the
    interpreter writes to a socket as soon as a signal comes is seen whenever it was written.
    """
    reader, writer = socket.socketpair()
    with reader, writer:
        reader.setblocking(False)
        writer.setblocking(False)
        loop.add_reader(reader, reader.recv, 4096)
        before = signal.set_wakeup_fd(writer.fileno(), warn_on_full_buffer=False)
        try:
            yield
        finally:
            signal.set_wakeup_fd(before)
            loop.remove_reader(reader)
