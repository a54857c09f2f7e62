"""A piece's folder as the rules see it: the content of each file by its path."""

from __future__ import annotations

import os
import stat
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeAlias

from pieces_framework.errors import PieceError
from pieces_framework.project import PROJECT_FILE, Project

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pieces_engine.workspace.folders import PieceFolder

Files: TypeAlias = Mapping[str, bytes]
"""The content of each file of a piece by its path, as `pieces_framework.checks.check` takes it."""

MAX_FILE_BYTES: Final = 4 * 1024 * 1024
"""Of a larger file only the beginning is read; no rule reads as much as text."""

_LEFT_OUT: Final = frozenset(
    {".git", ".hg", ".svn", ".venv", "venv", ".tox", ".nox", "node_modules", "dist", "build"}
    | {"__pycache__", ".pytest_cache", ".mypy_cache", ".ruff_cache", ".hypothesis", ".pieces"}
    | {".idea", ".vscode"}
)


class UnreadableFileError(PieceError):
    """A file of a piece cannot be read."""

    exit_code = 65  # EX_DATAERR
    code = "UNREADABLE_FILE"


def read_source_tree(folder: Path) -> dict[str, bytes]:
    """Return the content of every regular file by its path, relative and with `/`.

    Environments, caches and what was built are left out. Links to folders are not followed, so
    that none leads in circles; a name that is no text reads as one that is.

    Raises:
        UnreadableFileError: if a file cannot be read.
    """
    found: dict[str, bytes] = {}
    for path in _files(folder):
        shown = os.fsencode(path.relative_to(folder).as_posix()).decode(errors="replace")
        try:
            with path.open("rb") as file:
                found[shown] = file.read(MAX_FILE_BYTES)
        except FileNotFoundError:  # gone since it was listed
            continue
        except OSError as error:
            raise UnreadableFileError(f"`{path}` cannot be read: {error.strerror}") from error
    return found


def package_folder(piece: PieceFolder) -> Path:
    """Return the folder of the entry point's package, where its `i18n` is."""
    module = piece.path.joinpath(*piece.entry_point.partition(":")[0].strip().split("."))
    return module if module.is_dir() else module.parent


def project_of(files: Files) -> Project:
    """Return the `pyproject.toml` among the files of a piece; an empty one if there is none."""
    return Project(files.get(PROJECT_FILE, b"").decode("utf-8-sig", "replace"))


def _files(top: Path) -> Iterator[Path]:
    for folder, subfolders, names in os.walk(top):
        subfolders[:] = sorted(
            name for name in subfolders if name not in _LEFT_OUT and not name.endswith(".egg-info")
        )
        for name in sorted(names):
            path = Path(folder, name)
            if _is_regular(path):
                yield path


def _is_regular(path: Path) -> bool:
    """Whether it is a file, or a link to one; reading a pipe or a device might not end."""
    try:
        return stat.S_ISREG(path.stat().st_mode)
    except OSError:  # a link that leads nowhere, or in circles
        return False
