"""The pieces that belong to the users of one instance: those under `pieces/custom/`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from pieces_cli.workspace import PIECES_FOLDER, BrokenPiece, PieceFolder, WorkspaceError
from pieces_framework.errors import PieceNotFoundError
from pieces_framework.names import distribution_name, normalize_name

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pieces_cli.workspace import Workspace

CUSTOM_FOLDER: Final = Path(PIECES_FOLDER) / "custom"


def custom_pieces(
    workspace: Workspace, names: Sequence[str]
) -> tuple[list[PieceFolder], list[BrokenPiece]]:
    """Return the pieces called `names`, or all, sorted by path.

    Args:
        workspace: where to look; a lone piece is its only one.
        names: as `Workspace.find` takes them; an unreadable piece has its folder's name.

    Raises:
        PieceNotFoundError: naming all of `names` that no piece has.
        WorkspaceError: if two of the pieces are one distribution.
    """
    survey = workspace.survey()
    everything: list[PieceFolder | BrokenPiece] = [*survey.pieces, *survey.broken]
    found = [
        each
        for each in everything
        if workspace.is_lone_piece or each.path.is_relative_to(workspace.root / CUSTOM_FOLDER)
    ]
    wanted = {distribution_name(name): name for name in names}
    unknown = [
        name for key, name in wanted.items() if not any(key in _names(each) for each in found)
    ]
    if unknown:
        raise PieceNotFoundError(
            f"no piece {_listed(unknown)} in `{workspace.root / CUSTOM_FOLDER}`",
            hint=f"there are {_listed(sorted(each.path.name for each in found))}",
        )
    chosen = [each for each in found if not names or not wanted.keys().isdisjoint(_names(each))]
    pieces = [each for each in chosen if isinstance(each, PieceFolder)]
    _refuse_doubles(workspace, pieces)
    return pieces, [each for each in chosen if isinstance(each, BrokenPiece)]


def _names(piece: PieceFolder | BrokenPiece) -> set[str]:
    names = {normalize_name(piece.path.name)}
    if isinstance(piece, PieceFolder):
        names |= {normalize_name(piece.name), normalize_name(piece.distribution)}
    return names


def _refuse_doubles(workspace: Workspace, pieces: Sequence[PieceFolder]) -> None:
    by_name: dict[str, list[PieceFolder]] = {}
    for piece in pieces:
        by_name.setdefault(normalize_name(piece.distribution), []).append(piece)
    for name, several in by_name.items():
        if len(several) > 1:
            places = _listed([str(workspace.place(piece)) for piece in several])
            raise WorkspaceError(
                f"{places} are all the distribution `{name}`",
                hint="give each piece's `pyproject.toml` a `name` of its own",
            )


def _listed(names: Sequence[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)
