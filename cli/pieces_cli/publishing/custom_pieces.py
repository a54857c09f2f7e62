"""The pieces that belong to the users of one instance: those under `pieces/custom/`."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from pieces_engine.workspace.folders import PIECES_FOLDER, BrokenPiece, PieceFolder
from pieces_framework.errors import PieceNotFoundError
from pieces_framework.names import is_called

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pieces_engine.workspace.folders import Workspace

CUSTOM_FOLDER: Final = Path(PIECES_FOLDER) / "custom"


@dataclass(frozen=True, kw_only=True)
class CustomPieces:
    """What is to be brought to an instance, each sorted by path."""

    pieces: Sequence[PieceFolder]
    broken: Sequence[BrokenPiece]
    others: Sequence[Path]
    """The folders of the workspace's pieces that lie elsewhere."""


def custom_pieces(workspace: Workspace, names: Sequence[str]) -> CustomPieces:
    """Return the pieces called `names`, or all.

    Args:
        workspace: where to look; a lone piece is its only one.
        names: as `Workspace.find` takes them; an unreadable piece has its folder's name.

    Raises:
        PieceNotFoundError: naming all of `names` that no piece has.
    """
    survey = workspace.survey()
    everything: list[PieceFolder | BrokenPiece] = [*survey.pieces, *survey.broken]
    custom = workspace.root if workspace.is_lone_piece else workspace.root / CUSTOM_FOLDER
    found = [each for each in everything if each.path.is_relative_to(custom)]
    others = [each for each in everything if each not in found]
    unknown = [name for name in names if not any(_is_called(name, each) for each in found)]
    if unknown:
        elsewhere = [each for each in others if any(_is_called(name, each) for name in unknown)]
        raise PieceNotFoundError(
            f"no piece {_listed(unknown)} in `{custom}`", hint=_advice(workspace, found, elsewhere)
        )
    chosen = [each for each in found if not names or any(_is_called(it, each) for it in names)]
    return CustomPieces(
        pieces=[each for each in chosen if isinstance(each, PieceFolder)],
        broken=[each for each in chosen if isinstance(each, BrokenPiece)],
        others=[workspace.place(each) for each in others],
    )


def _is_called(name: str, piece: PieceFolder | BrokenPiece) -> bool:
    own = (piece.name, piece.distribution) if isinstance(piece, PieceFolder) else ()
    return is_called(name, piece.path.name, *own)


def _advice(
    workspace: Workspace,
    found: Sequence[PieceFolder | BrokenPiece],
    elsewhere: Sequence[PieceFolder | BrokenPiece],
) -> str:
    if elsewhere:
        places = _listed([str(workspace.place(each)) for each in elsewhere])
        return f"only what lies there is synced; publish {places} with `pieces publish`"
    if not found:
        return "make one with `pieces create --type custom`"
    return f"there are {_listed(sorted(each.path.name for each in found))}"


def _listed(names: Sequence[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)
