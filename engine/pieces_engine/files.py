"""Files that pieces write, kept below a folder, for runs on one machine."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterable, Callable
from functools import partial
from pathlib import Path
from typing import Final
from uuid import uuid4

from pieces_framework.errors import RunError
from pieces_framework.storage import MAX_FILE_BYTES, file_chunks, plain_file_name


class LocalFiles:
    """`Files` below one folder. Their URLs are `file://` URLs, which only this machine can read.

    Each file lies in a folder of its own, so that its name may be what the piece says. Folders
    are made with mode 0700 when they are first needed; nothing is ever removed.

    Args:
        folder: where.
        max_bytes: the largest file it takes.
    """

    def __init__(self, folder: Path, *, max_bytes: int = MAX_FILE_BYTES) -> None:
        self._folder: Final = folder
        self._max_bytes: Final = max_bytes

    async def write(self, *, file_name: str, data: bytes | AsyncIterable[bytes]) -> str:
        """See `Files.write`. Nothing stays behind of a file that is not written whole.

        Raises:
            RunError: if it cannot be kept.
        """
        path = self._folder.absolute() / uuid4().hex / plain_file_name(file_name)
        await asyncio.to_thread(_on_disk, path, _make)
        try:
            async for chunk in file_chunks(file_name, data, max_bytes=self._max_bytes):
                await asyncio.to_thread(_on_disk, path, partial(_append, chunk))
        except BaseException:
            shutil.rmtree(path.parent, ignore_errors=True)
            raise
        return path.as_uri()


def _make(path: Path) -> None:
    path.parent.mkdir(mode=0o700, parents=True)
    path.touch()


def _append(chunk: bytes, path: Path) -> None:
    with path.open("ab") as stream:
        stream.write(chunk)


def _on_disk(path: Path, work: Callable[[Path], None]) -> None:
    """Do `work`; unlike an error of the stream that is written, its own is about the disk."""
    try:
        work(path)
    except OSError as error:
        raise RunError(
            f"the file `{path.name}` cannot be kept in `{path.parent.parent}`: {error}",
            hint="check the folder and the space on its disk",
        ) from error
