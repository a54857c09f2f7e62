"""Which piece a command is about: the one it was given, else the one around, else it asks."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from .prompts import answer, has_terminal

if TYPE_CHECKING:
    from pieces_engine.workspace.folders import PieceFolder, Workspace

_QUESTION: Final = "Enter the piece folder name"
_FEW: Final = 20
"""So many pieces are listed before the question which is meant."""


def chosen_piece(
    workspace: Workspace, given: str | None, *, flag: str, question: str = _QUESTION
) -> PieceFolder:
    """Return the piece that a command is about.

    Args:
        workspace: where it is.
        given: its name or its folder; without it, it is the piece that the current folder lies in.
        flag: what to use where there is no terminal to ask on.
        question: the prompt, as documented for the command.

    Raises:
        PieceError: as for `Workspace.find`.
        click.UsageError: if nothing says which, and there is no terminal.
    """
    around = None if given else workspace.piece_around()

    def find(name: str) -> PieceFolder:
        if around and name == around.name:
            return around
        path = Path(name).resolve()
        by_path = (piece for piece in workspace.survey().pieces if piece.path == path)
        return next(by_path, None) or workspace.find(name)

    if given is None and around is None and has_terminal():
        names = [piece.name for piece in workspace.survey().pieces]
        if 0 < len(names) <= _FEW:
            click.echo(f"The pieces here: {', '.join(names)}", err=True)
    default = around.name if around else None
    return find(answer(given, question, flag=flag, default=default, check=find))
