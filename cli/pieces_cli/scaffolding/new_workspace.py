"""A new workspace, beside what the folder holds already."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from pieces_cli.changes import FileInTheWayError, write_together
from pieces_engine.workspace.folders import find_workspace, is_workspace

from .rendering import render_files

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

_IGNORES: Final = ".gitignore"
_MAY_STAY: Final = frozenset({".editorconfig", ".gitattributes", _IGNORES, "README.md"})
"""Files that a repository has before it is a workspace, and that no command reads."""


@dataclass(frozen=True, kw_only=True)
class NewWorkspace:
    """What was written, by posix paths from the workspace on."""

    created: Sequence[str]
    kept: Sequence[str]
    """Files that were there, and stay as they are."""
    not_ignored: Sequence[str]
    """Lines that the author's own `.gitignore` lacks, `.env` with its keys among them."""


def write_workspace(root: Path) -> NewWorkspace:
    """Write the files of a new workspace, all of them or none.

    Raises:
        FileInTheWayError: if `root` is a workspace, lies in a piece, or holds one of the files
            that cannot stay.
        ProjectFileError: if a `pyproject.toml` there or above cannot be read.
        WriteError: if the disk does not take it.
    """
    if is_workspace(root):
        raise FileInTheWayError(
            f"`{root}` already is a workspace", hint="make a piece in it with `pieces create`"
        )
    _refuse_piece(root)
    files = {path.as_posix(): text for path, text in render_files("workspace", {}).items()}
    kept = sorted(name for name in files.keys() & _MAY_STAY if (root / name).is_file())
    not_ignored: list[str] = []
    if _IGNORES in kept:
        text = (root / _IGNORES).read_text(encoding="utf-8", errors="replace")
        own = set(map(str.strip, text.splitlines()))
        wanted = files[_IGNORES].splitlines()
        not_ignored = [line for line in wanted if line and line[0] != "#" and line not in own]
    created = {path: text for path, text in files.items() if path not in kept}
    write_together({root / path: text for path, text in created.items()})
    return NewWorkspace(created=list(created), kept=kept, not_ignored=not_ignored)


def _refuse_piece(root: Path) -> None:
    """Refuse a folder in a piece: what is in there is the piece's own, and built with it."""
    workspace = find_workspace(root)
    pieces = workspace.survey().pieces if workspace else ()
    for piece in pieces:
        if root.is_relative_to(piece.path):
            raise FileInTheWayError(
                f"`{root}` lies in the piece `{piece.name}`",
                hint="make the workspace elsewhere, and move the piece to its `pieces/custom/`",
            )
