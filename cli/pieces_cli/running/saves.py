"""What `pieces run --watch` watches, and what was saved there."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator, Generator, Sequence
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Final

import click
from typing_extensions import override
from watchfiles import (
    Change,
    DefaultFilter,
    awatch,  # pyright: ignore[reportUnknownVariableType] -- anyio or trio
)

_STEP_MS: Final = 20
"""How long nothing must have been saved: editors write a file in several steps."""
_DEBOUNCE_MS: Final = 200
"""A run begins this long after the first save, though more is being saved."""
_ECHO_S: Final = 0.5
"""So long after a run has ended, what it wrote may still be noticed."""
_MAX_ECHOES: Final = 3


class Places(DefaultFilter):
    """What is watched: a piece's folder, and single files that lie elsewhere.

    Args:
        folder: watched with all that is in it, but what tools and runs write there.
        files: watched besides; they need not be there yet.
        written: the file that the run itself writes.
    """

    ignore_dirs = (*DefaultFilter.ignore_dirs, ".pieces", ".ruff_cache", "build", "dist")
    # What Emacs and Vim write beside a file while it is edited.
    ignore_entity_patterns = (*DefaultFilter.ignore_entity_patterns, r"^#.*#$", r"^4913$")

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

    def may_be_output(self, path: str) -> bool:
        """Whether a run may have written the file: it lies in the piece's folder and is no code."""
        return Path(path).is_relative_to(self.folder) and not path.endswith(".py")

    def shown(self, path: str) -> str:
        """Return how a reader calls a place: by its path in the piece's folder, if it is there."""
        place = Path(path)
        return str(place.relative_to(self.folder) if place.is_relative_to(self.folder) else place)


class Saves:
    """What was saved and is still to be run for."""

    def __init__(self, places: Places) -> None:
        self._places: Final = places
        self._queue: Final = asyncio.Queue[set[str]]()
        self._is_running = False
        self._ended_s = 0.0
        self._echoes = 0
        """How many times in a row a run has changed something, as it seems."""

    def add(self, paths: set[str]) -> None:
        """Take what was saved, unless a run has written it.

        Nobody can tell; but a run that writes into its piece's folder would be followed by another
        for ever. So what changes while a run goes on is its own, once that is so for the third
        time in a row.
        """
        just_ended = time.perf_counter() - self._ended_s < _ECHO_S
        may_be_output = all(map(self._places.may_be_output, paths))
        if not (may_be_output and (self._is_running or just_ended)):
            if self._echoes < _MAX_ECHOES:
                self._echoes = 0
            self._queue.put_nowait(paths)
            return
        self._echoes += 1
        if self._echoes < _MAX_ECHOES:
            self._queue.put_nowait(paths)
        elif self._echoes == _MAX_ECHOES:
            named = ", ".join(sorted(map(self._places.shown, paths))[:3])
            click.echo(
                f"{named} changes in each run: what is no code does not interrupt a run any more",
                err=True,
            )

    async def next(self) -> set[str]:
        """Wait for the next save."""
        return await self._queue.get() | self.so_far()

    def so_far(self) -> set[str]:
        """Return what was saved and nobody has taken yet."""
        paths = set[str]()
        while not self._queue.empty():
            paths |= self._queue.get_nowait()
        return paths

    @contextmanager
    def during_run(self) -> Generator[None]:
        """Mark the time of a run."""
        self._is_running = True
        try:
            yield
        finally:
            self._is_running, self._ended_s = False, time.perf_counter()


@asynccontextmanager
async def followed(places: Places) -> AsyncGenerator[Saves]:
    """Watch while the block runs."""
    saves = Saves(places)

    async def follow(*paths: Path, recursive: bool) -> None:
        async for changes in awatch(
            *paths,
            watch_filter=places,
            step=_STEP_MS,
            debounce=_DEBOUNCE_MS,
            recursive=recursive,
        ):
            saves.add({path for _, path in changes})

    async with asyncio.TaskGroup() as group:
        following = [group.create_task(follow(places.folder, recursive=True))]
        if parents := places.parents:
            following.append(group.create_task(follow(*parents, recursive=False)))
        await asyncio.sleep(0)  # their first step begins to watch
        yield saves
        for task in following:
            task.cancel()
