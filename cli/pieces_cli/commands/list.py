"""`pieces list`: the pieces of a workspace."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import click

from pieces_cli.reporting import Outcome, ReportingCommand, say, show_error

if TYPE_CHECKING:
    from pieces_cli.terminal import Tone
    from pieces_engine.workspace.folders import Survey, Workspace
    from pieces_framework import JsonValue

_COLUMNS: Final = ("piece", "package", "version", "path")
_UNKNOWN: Final = "?"


@click.command("list", cls=ReportingCommand, schema="pieces.list/1")
def list_pieces() -> Outcome:
    """List the pieces of this workspace.

    Each has its folder's name, its package, its version, and its place in the workspace. No piece
    is imported. One whose pyproject.toml is broken is listed with question marks, the others as
    ever; what is wrong follows, and the exit code is 78.
    """
    from pieces_cli.documents import problems_of
    from pieces_engine.workspace.folders import require_workspace

    workspace = require_workspace()
    found = workspace.survey()
    pieces = _pieces(workspace, found)
    _show(pieces)
    problems: list[JsonValue] = []
    for broken in found.broken:
        show_error(broken.error)
        problems += problems_of(broken.error)
    return Outcome(
        data={"workspace": str(workspace.root), "pieces": [*pieces]},
        problems=problems,
        exit_code=found.broken[0].error.exit_code if found.broken else 0,
    )


def _pieces(workspace: Workspace, found: Survey) -> list[dict[str, str | None]]:
    """Return what is known of each piece, by the names of the columns; sorted by place."""
    pieces: list[dict[str, str | None]] = [
        {
            "piece": piece.name,
            "package": piece.distribution,
            "version": piece.version,
            "path": workspace.place(piece).as_posix(),
        }
        for piece in found.pieces
    ]
    pieces += [
        {
            "piece": broken.path.name,
            "package": None,
            "version": None,
            "path": workspace.place(broken).as_posix(),
        }
        for broken in found.broken
    ]
    return sorted(pieces, key=lambda piece: piece["path"] or "")


def _show(pieces: list[dict[str, str | None]]) -> None:
    from pieces_cli.reporting import NO_PIECE
    from pieces_cli.terminal import status_table

    if not pieces:
        say(NO_PIECE)
        return
    rows: list[tuple[tuple[str, ...], Tone]] = [
        (
            tuple(piece[column] or _UNKNOWN for column in _COLUMNS),
            "plain" if piece["package"] else "bad",
        )
        for piece in pieces
    ]
    status_table([column.upper() for column in _COLUMNS], rows)
