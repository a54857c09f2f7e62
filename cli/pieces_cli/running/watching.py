"""`pieces run --watch`: a new run, in a process of its own, whenever something is saved.

Imported only when it watches, so it may import what it needs on top.
"""

from __future__ import annotations

import asyncio
import signal
import sys
import time
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, cast

import click
from typing_extensions import override
from watchfiles import (
    Change,
    DefaultFilter,
    awatch,  # pyright: ignore[reportUnknownVariableType] -- anyio or trio
)

from pieces_cli.workspace import require_workspace

from .options import absolute

if TYPE_CHECKING:
    from .options import RunOptions

_STEP_MS: Final = 20
"""How long nothing must have been saved: editors write a file in several steps."""
_DEBOUNCE_MS: Final = 200
"""A run begins this long after the first save, though more is being saved."""
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


class Places(DefaultFilter):
    """What is watched: a piece's folder, and single files that lie elsewhere.

    Args:
        folder: watched with all that is in it, but what tools and runs write there.
        files: watched besides; they need not be there yet.
        written: the file that the run itself writes.
    """

    ignore_dirs = (*DefaultFilter.ignore_dirs, ".pieces", ".ruff_cache", "build", "dist")

    def __init__(self, folder: Path, files: Sequence[Path], written: Path | None) -> None:
        super().__init__()
        self.folder: Final = folder
        self._files: Final = {str(file) for file in files if not file.is_relative_to(folder)}
        self._written: Final = written

    @property
    def parents(self) -> set[Path]:
        """The folders of the single files: a file that is saved by a rename is a new one."""
        return {Path(file).parent for file in self._files}

    @override
    def __call__(self, change: Change, path: str) -> bool:
        """Whether a change counts."""
        if path in self._files:
            return True
        place, written = Path(path), self._written
        if not place.is_relative_to(self.folder) or place.is_dir():
            return False
        if written and place.parent == written.parent and written.name in place.name:
            return False  # or one of the temporary names it has before
        return super().__call__(change, str(place.relative_to(self.folder)))

    def shown(self, path: str) -> str:
        """Return how a reader calls a place: by its path in the piece's folder, if it is there."""
        place = Path(path)
        return str(place.relative_to(self.folder) if place.is_relative_to(self.folder) else place)


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
    async with _saves(places) as saves:
        click.echo(f"watching {places.folder}; Ctrl-C ends it", err=True)
        cause, since_s = "first run", time.perf_counter()
        run = await _Run.prepared(args)
        try:
            while True:
                saved = asyncio.create_task(saves.get())
                exit_code = await run.result(saved)
                _separate(exit_code, cause, time.perf_counter() - since_s)
                run = await _Run.prepared(args)
                paths = await saved
                since_s = time.perf_counter()
                while not saves.empty():
                    paths |= saves.get_nowait()
                cause = f"{', '.join(sorted(map(places.shown, paths))[:3])} saved"
        finally:
            await run.stop()


def _separate(exit_code: int | None, cause: str, duration_s: float) -> None:
    how = "ok" if exit_code == 0 else f"exit code {exit_code}"
    if exit_code is None:
        how = "stopped, as something was saved"
    click.echo(f"--- {time.strftime('%H:%M:%S')} {how}, {duration_s:.2f} s, {cause}", err=True)


@asynccontextmanager
async def _saves(places: Places) -> AsyncGenerator[asyncio.Queue[set[str]]]:
    """Watch while the block runs; yield what takes the paths of each save."""
    queue: asyncio.Queue[set[str]] = asyncio.Queue()

    async def follow(*paths: Path, recursive: bool) -> None:
        async for changes in awatch(
            *paths,
            watch_filter=places,
            step=_STEP_MS,
            debounce=_DEBOUNCE_MS,
            recursive=recursive,
        ):
            queue.put_nowait({path for _, path in changes})

    async with asyncio.TaskGroup() as group:
        following = [group.create_task(follow(places.folder, recursive=True))]
        if parents := places.parents:
            following.append(group.create_task(follow(*parents, recursive=False)))
        await asyncio.sleep(0)  # their first step begins to watch
        yield queue
        for task in following:
            task.cancel()


class _Run:
    """One process, which has imported ahead what it needs and waits for the word."""

    def __init__(self, process: Process) -> None:
        self._process: Final = process
        self._stdin: Final = cast("asyncio.StreamWriter", process.stdin)  # it is a pipe
        self._is_running = False

    @classmethod
    async def prepared(cls, args: Sequence[str]) -> _Run:
        """Start it."""
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-P",
            "-m",
            "pieces_cli.running.spare",
            *args,
            stdin=PIPE,
            process_group=0,  # Ctrl-C is for us: we pass it on to a run, not to one that waits
        )
        return cls(process)

    async def result(self, saved: asyncio.Task[set[str]]) -> int | None:
        """Let it run; return its exit code, or `None` if `saved` came first and ended it."""
        self._is_running = True
        self._stdin.write(b"\n")
        self._stdin.close()
        ended = asyncio.create_task(self._process.wait())
        await asyncio.wait({ended, saved}, return_when=asyncio.FIRST_COMPLETED)
        if not ended.done():
            await self.stop()
            return None
        return ended.result()

    async def stop(self) -> None:
        """End it: a run is interrupted, and killed if that does not end it soon."""
        self._stdin.close()
        with suppress(ProcessLookupError):
            if self._is_running:
                self._process.send_signal(signal.SIGINT)
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._process.wait(), _GRACE_S)
            self._process.kill()
        await self._process.wait()
