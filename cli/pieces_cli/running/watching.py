"""`pieces run --watch`: a new run, in a process of its own, whenever something is saved.

Imported only when it watches, so it may import what it needs on top.
"""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import sys
import time
from asyncio.subprocess import Process
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from pieces_engine.workspace.folders import require_workspace

from .options import absolute
from .saves import Places, followed

if TYPE_CHECKING:
    from .options import RunOptions

_ENDING: Final = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
_GRACE_S: Final = 3.0
"""How long a run may take to clean up once it is interrupted."""


def watch(piece: str, options: RunOptions) -> int:
    """Run the command line again and again, until a signal; return 128 and its number.

    Raises:
        PieceNotFoundError: if the workspace has no such piece.
        WorkspaceError: if there is no workspace.
    """
    workspace = require_workspace()
    folder = workspace.find(piece).path
    files = [absolute(file) for file in options.files]
    written = absolute(options.record) if options.record else None
    places = Places(folder, [*files, workspace.root / ".env"], written)
    return asyncio.run(_until_signal(sys.argv[1:], places))


async def _until_signal(args: Sequence[str], places: Places) -> int:
    loop = asyncio.get_running_loop()
    signalled: asyncio.Future[int] = loop.create_future()

    def arrived(number: int) -> None:
        if not signalled.done():
            signalled.set_result(number)

    for number in _ENDING:
        loop.add_signal_handler(number, arrived, number)
    watching = asyncio.create_task(_watch(args, places))
    ends: set[asyncio.Future[Any]] = {watching, signalled}  # each of its own type
    await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
    if watching.done():
        watching.result()  # it ends only by an error
    watching.cancel()
    with suppress(asyncio.CancelledError):
        await watching
    click.echo("stopped watching", err=True)
    return 128 + await signalled


async def _watch(args: Sequence[str], places: Places) -> None:
    async with followed(places) as saves:
        click.echo(f"watching {places.folder}; Ctrl-C ends it", err=True)
        cause, since_s = "first run", time.perf_counter()
        paths = set[str]()
        run = await _Run.prepared(args)
        try:
            while True:
                await run.is_ready()
                if paths := paths | saves.so_far():
                    cause = _cause(paths, places)
                saved = asyncio.create_task(saves.next())
                with saves.during_run():
                    exit_code = await run.result(saved)
                _separate(exit_code, cause, time.perf_counter() - since_s)
                run = await _Run.prepared(args)
                paths = await saved
                since_s = time.perf_counter()
        finally:
            await run.stop()


def _cause(paths: set[str], places: Places) -> str:
    change = "saved" if any(Path(path).exists() for path in paths) else "deleted"
    return f"{', '.join(sorted(map(places.shown, paths))[:3])} {change}"


def _separate(exit_code: int | None, cause: str, duration_s: float) -> None:
    how = "ok" if exit_code == 0 else f"exit code {exit_code}"
    if exit_code is None:
        how = "stopped, as something was saved"
    click.echo(f"--- {time.strftime('%H:%M:%S')} {how}, {duration_s:.2f} s, {cause}", err=True)


class _Run:
    """One process, which imports ahead what it needs and waits for the word."""

    def __init__(
        self, process: Process, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self._process: Final = process
        self._reader: Final = reader
        self._writer: Final = writer
        self._is_running = False

    @classmethod
    async def prepared(cls, args: Sequence[str]) -> _Run:
        """Start it."""
        ours, theirs = socket.socketpair()
        with theirs:
            process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-P",
                "-m",
                "pieces_cli.running.prepared_run",
                *args,
                stdin=theirs.fileno(),
                process_group=0,  # Ctrl-C is for us: we pass it on to a run, not to one that waits
            )
        return cls(process, *await asyncio.open_connection(sock=ours))

    async def is_ready(self) -> None:
        """Wait until it has imported all it needs, or has failed to."""
        await self._reader.read(1)

    async def result(self, saved: asyncio.Task[set[str]]) -> int | None:
        """Let it run; return its exit code, or `None` if `saved` came first and ended it."""
        self._is_running = True
        self._writer.write(b"\n")
        self._writer.close()
        ended = asyncio.create_task(self._process.wait())
        await asyncio.wait({ended, saved}, return_when=asyncio.FIRST_COMPLETED)
        is_ended = ended.done()
        await self.stop()
        return await ended if is_ended else None

    async def stop(self) -> None:
        """End it and all it has started: by an interrupt, and killed if that does not do it soon.

        What waits, or is over, has nothing to clean up.
        """
        self._writer.close()
        if self._is_running and self._process.returncode is None:
            self._signal(signal.SIGINT)
            with suppress(TimeoutError):
                await asyncio.wait_for(self._process.wait(), _GRACE_S)
        self._signal(signal.SIGKILL)
        await self._process.wait()

    def _signal(self, number: signal.Signals) -> None:
        with suppress(ProcessLookupError, PermissionError):  # macOS says the latter of zombies
            os.killpg(self._process.pid, number)
