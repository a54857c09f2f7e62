"""Files that are written together: all of them, or none."""

from __future__ import annotations

import os
import shutil
from contextlib import ExitStack
from typing import TYPE_CHECKING

from pieces_framework.errors import PieceError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


class FileInTheWayError(PieceError):
    """A file or folder is already where something new shall be."""

    code = "FILE_IN_THE_WAY"


class WriteError(PieceError):
    """The disk did not take what was to be written; nothing was changed."""

    code = "WRITE"


def check_free(path: Path) -> None:
    """Refuse a path that exists, be it a broken link.

    Raises:
        FileInTheWayError: if there is anything at `path`.
    """
    if os.path.lexists(path):
        raise FileInTheWayError(f"`{path}` already exists", hint="move it away or use another name")


def write_together(created: Mapping[Path, str], replaced: Mapping[Path, str] | None = None) -> None:
    """Write new files and new contents of old ones; after a failure nothing has changed.

    Args:
        created: text by path; missing folders are made.
        replaced: text by path of a file that exists.

    Raises:
        FileInTheWayError: if one of `created` exists.
        WriteError: if the disk does not take them.
    """
    for path in created:
        check_free(path)
    with ExitStack() as undo:
        try:
            for path, content in created.items():
                _make_folders(path.parent, undo)
                _stage(path, content, undo).rename(path)
                undo.callback(path.unlink)
            for path, content in (replaced or {}).items():
                before = path.read_bytes()
                staged = _stage(path, content, undo)
                shutil.copymode(path, staged)
                staged.replace(path)
                undo.callback(path.write_bytes, before)
        except OSError as error:
            raise WriteError(f"cannot write `{error.filename}`: {error.strerror}") from error
        undo.pop_all()


def _make_folders(folder: Path, undo: ExitStack) -> None:
    for missing in reversed([each for each in (folder, *folder.parents) if not each.exists()]):
        missing.mkdir()
        undo.callback(missing.rmdir)


def _stage(path: Path, content: str, undo: ExitStack) -> Path:
    staged = path.with_name(f".{path.name[:64]}.{os.getpid()}")
    with staged.open("xb") as file:
        undo.callback(staged.unlink, missing_ok=True)
        file.write(content.encode())
    return staged
