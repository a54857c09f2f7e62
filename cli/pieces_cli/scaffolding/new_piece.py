"""A new piece: all of it, or nothing."""

from __future__ import annotations

import json
import shutil
import tempfile
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from pieces_cli.changes import FileInTheWayError, WriteError, check_free
from pieces_engine.workspace.folders import PIECES_FOLDER, WorkspaceError
from pieces_framework.names import normalize_name

from .naming import check_piece_name, piece_module, piece_object
from .python_source import import_statement, string_literal
from .rendering import files_below, render_folder

if TYPE_CHECKING:
    from pieces_engine.workspace.folders import Workspace

_ASIDE: Final = ".new-piece-"
_STALE_S: Final = 600
"""A piece is rendered in less than a second: what is older was left by a killed process."""


@dataclass(frozen=True, kw_only=True)
class NewPiece:
    """What the author says of a new piece."""

    workspace: Workspace
    kind: str
    """The folder below `pieces/`."""
    name: str
    """One that `check_new_name` has let pass."""
    distribution: str
    """Normalised."""
    display_name: str
    """On one line."""

    @property
    def folder(self) -> Path:
        """Where it belongs."""
        return self.workspace.root / PIECES_FOLDER / self.kind / self.name


def write_piece(piece: NewPiece) -> list[Path]:
    """Render a piece aside, move it into place and return its files.

    Raises:
        FileInTheWayError: if another piece is that package, or anything is in its place.
        WriteError: if the disk does not take it.
    """
    _check_place(piece)
    root, target = piece.workspace.root, piece.folder
    _remove_stale(root)
    try:
        # On the workspace's disk, so that moving is one step; outside `pieces/`, so that a
        # killed process leaves nothing there that looks like a piece.
        with tempfile.TemporaryDirectory(dir=root, prefix=_ASIDE) as folder:
            rendered = render_folder("piece", _template_values(piece), folder)
            target.parent.mkdir(parents=True, exist_ok=True)
            rendered.rename(target)
    except OSError as error:
        check_free(target)  # another command may have been faster
        raise WriteError(f"cannot make `{target}`: {error.strerror}") from error
    return [target / path for path in files_below(target)]


def planned_files(piece: NewPiece) -> list[Path]:
    """Return the files that `write_piece` would write, after the same checks.

    Raises:
        FileInTheWayError: as for `write_piece`.
    """
    _check_place(piece)
    with tempfile.TemporaryDirectory() as folder:
        rendered = render_folder("piece", _template_values(piece), folder)
        return [piece.folder / path for path in files_below(rendered)]


def refuse_lone_piece(workspace: Workspace) -> None:
    """Refuse what is no workspace but a single piece.

    Raises:
        WorkspaceError: if it is one.
    """
    if workspace.is_lone_piece:
        raise WorkspaceError(
            f"`{workspace.root}` is a single piece, not a workspace",
            hint="make a workspace elsewhere with `pieces init`",
        )


def check_new_name(workspace: Workspace, name: str) -> None:
    """Refuse a name that no new piece of the workspace can have.

    Raises:
        InvalidNameError: if it is no piece name.
        FileInTheWayError: if there is such a piece.
    """
    check_piece_name(name)
    for piece in workspace.survey().pieces:
        if normalize_name(piece.name) == name:
            raise FileInTheWayError(f"piece already exists at `{piece.path}`")


def check_new_distribution(workspace: Workspace, distribution: str) -> None:
    """Refuse a distribution that a piece of the workspace is already.

    Raises:
        FileInTheWayError: if there is such a piece.
    """
    for piece in workspace.survey().pieces:
        if normalize_name(piece.distribution) == distribution:
            raise FileInTheWayError(
                f"the piece at `{piece.path}` is the package `{distribution}` already",
                hint="choose another package name with --package",
            )


def _check_place(piece: NewPiece) -> None:
    check_new_distribution(piece.workspace, piece.distribution)
    check_free(piece.folder)
    for folder in (piece.folder.parent, piece.folder.parent.parent):
        if folder.exists() and not folder.is_dir():
            raise FileInTheWayError(f"cannot make `{piece.folder}`: `{folder}` is no folder")


def _remove_stale(root: Path) -> None:
    now = time.time()
    for folder in root.glob(f"{_ASIDE}*"):
        with suppress(FileNotFoundError):  # by another command, at this moment
            if now - folder.stat().st_mtime > _STALE_S:
                shutil.rmtree(folder, ignore_errors=True)


def _template_values(piece: NewPiece) -> dict[str, str]:
    module, variable = piece_module(piece.name), piece_object(piece.name)
    description = f"{piece.display_name} in flows"
    return {
        "kind": piece.kind,
        "name": piece.name,
        "distribution": piece.distribution,
        "module": module,
        "object": variable,
        "display_name": piece.display_name,
        "display_name_literal": string_literal(piece.display_name),
        "description_literal": string_literal(description),
        # TOML writes text as JSON does.
        "description_toml": json.dumps(description, ensure_ascii=False),
        "import_piece": import_statement(module, variable, alias="piece"),
    }
