"""A new piece: all of it, or nothing."""

from __future__ import annotations

import tempfile
from typing import TYPE_CHECKING

from pieces_cli.changes import FileInTheWayError, WriteError, check_free
from pieces_cli.workspace import PIECES_FOLDER, WorkspaceError
from pieces_framework.names import normalize_name

from .naming import check_piece_name, piece_module, piece_object
from .python_source import import_statement
from .rendering import render_folder

if TYPE_CHECKING:
    from pathlib import Path

    from pieces_cli.workspace import Workspace


def create_piece_folder(workspace: Workspace, kind: str, name: str, distribution: str) -> Path:
    """Render a piece aside, move it into place and return its folder.

    Args:
        workspace: where it belongs.
        kind: the folder below `pieces/`.
        name: a piece name that `check_new_name` has let pass.
        distribution: a normalised distribution name.

    Raises:
        FileInTheWayError: if another piece is that package, or anything is in its place.
        WriteError: if the disk does not take it.
    """
    target = workspace.root / PIECES_FOLDER / kind / name
    _check_distribution(workspace, distribution)
    check_free(target)
    module, variable = piece_module(name), piece_object(name)
    values = {
        "name": name,
        "distribution": distribution,
        "module": module,
        "object": variable,
        "display_name": name.capitalize(),  # `google-drive` shows as `Google-drive`, as documented
        "import_piece": import_statement(module, variable, alias="piece"),
    }
    try:
        # On the workspace's disk, so that moving is one step; outside `pieces/`, so that a
        # killed process leaves nothing there that looks like a piece.
        with tempfile.TemporaryDirectory(dir=workspace.root, prefix=".new-piece-") as folder:
            rendered = render_folder("piece", values, folder)
            target.parent.mkdir(parents=True, exist_ok=True)
            rendered.rename(target)
    except OSError as error:
        raise WriteError(f"cannot make `{target}`: {error.strerror}") from error
    return target


def check_new_name(workspace: Workspace, name: str) -> None:
    """Refuse a name that no new piece of the workspace can have.

    Raises:
        InvalidNameError: if it is no piece name.
        WorkspaceError: if this is no workspace but a single piece.
        FileInTheWayError: if there is such a piece.
    """
    check_piece_name(name)
    if workspace.is_lone_piece:
        raise WorkspaceError(
            f"`{workspace.root}` is a single piece, not a workspace",
            hint="make a workspace elsewhere with `pieces init`",
        )
    for piece in workspace.pieces():
        if normalize_name(piece.name) == name:
            raise FileInTheWayError(f"piece already exists at `{piece.path}`")


def _check_distribution(workspace: Workspace, distribution: str) -> None:
    for piece in workspace.pieces():
        if normalize_name(piece.distribution) == distribution:
            raise FileInTheWayError(
                f"the piece at `{piece.path}` is the package `{distribution}` already",
                hint="choose another package name with --package",
            )
