"""A `pyproject.toml` read as data, with errors that name the file."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, cast

from pieces_framework.errors import PieceError

if TYPE_CHECKING:
    from pathlib import Path

Table = Mapping[str, object]


class ProjectFileError(PieceError):
    """A `pyproject.toml` cannot be read, or lacks what a piece needs."""

    exit_code = 78  # EX_CONFIG
    code = "PROJECT_FILE"


def read_pyproject(path: Path) -> Table:
    """Read a TOML file; a byte order mark is ignored.

    Raises:
        ProjectFileError: if it cannot be read or is not TOML.
    """
    import tomllib

    try:
        return tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise ProjectFileError(f"`{path}` cannot be read: {error.strerror}") from error
    except (ValueError, RecursionError) as error:  # not UTF-8, or not TOML, or nested too deeply
        raise ProjectFileError(
            f"`{path}` is not valid TOML: {error}", hint="correct the file, then try again"
        ) from error


def table(document: Table, *keys: str) -> Table | None:
    """Return the table at the path `keys`, or `None` if there is none."""
    found = document
    for key in keys:
        below = found.get(key)
        if not isinstance(below, Mapping):
            return None
        found = cast("Table", below)  # the keys of a TOML table are text
    return found


def text(document: Table, path: Path, *keys: str) -> str:
    """Return the text at the path `keys`.

    Raises:
        ProjectFileError: if there is none; it names `path` and what is missing.
    """
    *folders, last = keys
    found = (table(document, *folders) or {}).get(last)
    if not isinstance(found, str) or not found:
        raise ProjectFileError(
            f"`{path}` has no text `{'.'.join(keys)}`",
            hint=f"write it under [{'.'.join(folders)}]",
        )
    return found
