"""Waiting for a run to end, in such a way that a signal always ends it."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TypeVar, cast

import click

if TYPE_CHECKING:
    from collections.abc import Coroutine, Generator

    from .results import Results

T = TypeVar("T")


def run_to_end(work: Coroutine[Any, Any, T], results: Results) -> T:
    """Run `work` to its end, as `asyncio.run` does, but let Ctrl-C and SIGTERM end it.

    The first lets it clean up; the second ends the process, whatever it does.

    Raises:
        click.exceptions.Exit: if a signal did; what was to be said of it has been said.
    """
    runner = asyncio.Runner()
    arrived: list[int] = []
    try:
        with woken_by_signals(runner.get_loop()):
            return runner.run(_interruptible(work, results, arrived))
    except (KeyboardInterrupt, asyncio.CancelledError):
        exit_code = 128 + (arrived[0] if arrived else signal.SIGINT)
        if threading.active_count() > 1:
            # A plain `def` of the piece may run in a thread: none can be stopped, and Python
            # would wait for it.
            _end_at_once(exit_code, results)
        runner.close()
        results.aborted()
        raise click.exceptions.Exit(exit_code) from None
    finally:
        runner.close()


async def _interruptible(work: Coroutine[Any, Any, T], results: Results, arrived: list[int]) -> T:
    """Await `work`, or cancel it once a signal has `arrived`."""
    task = cast("asyncio.Task[Any]", asyncio.current_task())  # we are in one

    def interrupt(number: int, _frame: object) -> None:
        arrived.append(number)
        if len(arrived) > 1:
            _end_at_once(128 + arrived[0], results)
        task.cancel()

    handlers = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    handlers = {number: old for number, old in handlers.items() if old is not signal.SIG_IGN}
    for number in handlers:
        signal.signal(number, interrupt)
    try:
        return await work
    finally:
        for number, handler in handlers.items():
            signal.signal(number, handler)


def _end_at_once(exit_code: int, results: Results) -> None:
    try:
        results.aborted()
    finally:
        os._exit(exit_code)


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
