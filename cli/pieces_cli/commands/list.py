"""`pieces list`: the pieces of a workspace."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import click

from pieces_cli.reporting import Outcome, ReportingCommand, say, show_error

if TYPE_CHECKING:
    from pieces_cli.terminal import Tone
    from pieces_cli.workspace import Survey, Workspace
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
    from pieces_cli.workspace import require_workspace

    workspace = require_workspace()
    found = workspace.survey()
    rows = _rows(workspace, found)
    _show(rows)
    problems: list[JsonValue] = []
    for broken in found.broken:
        show_error(broken.error)
        problems += problems_of(broken.error)
    pieces: list[JsonValue] = [_document(cells) for cells, _ in rows]
    return Outcome(
        data={"workspace": str(workspace.root), "pieces": pieces},
        problems=problems,
        exit_code=found.broken[0].error.exit_code if found.broken else 0,
    )


def _rows(workspace: Workspace, found: Survey) -> list[tuple[tuple[str, ...], Tone]]:
    rows: dict[tuple[str, ...], Tone] = {}
    for piece in found.pieces:
        place = workspace.place(piece).as_posix()
        rows[piece.name, piece.distribution, piece.version, place] = "plain"
    for broken in found.broken:
        rows[broken.path.name, _UNKNOWN, _UNKNOWN, workspace.place(broken).as_posix()] = "bad"
    return sorted(rows.items(), key=lambda row: row[0][-1])


def _show(rows: list[tuple[tuple[str, ...], Tone]]) -> None:
    from pieces_cli.terminal import status_table
    from pieces_cli.workspace import NO_PIECE

    if rows:
        status_table([column.upper() for column in _COLUMNS], rows)
    else:
        say(NO_PIECE)


def _document(cells: tuple[str, ...]) -> JsonValue:
    known = (None if cell == _UNKNOWN else cell for cell in cells)
    return dict(zip(_COLUMNS, known, strict=True))
