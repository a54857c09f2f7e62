"""Finding the pieces that are installed in this environment."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from importlib import metadata

from pieces_framework.errors import PieceError, PieceNotFoundError
from pieces_framework.names import ENTRY_POINT_GROUP, is_called


@dataclass(frozen=True, kw_only=True)
class InstalledPiece:
    """A piece of this environment, not yet imported."""

    name: str
    """Its entry-point key, such as `google-drive`."""
    distribution: str
    version: str
    """The distribution's own version text."""
    entry_point: str
    """What `import_piece` takes, such as `piece_gelato:gelato`."""


def installed_pieces() -> Iterator[InstalledPiece]:
    """Yield every piece of this environment, without importing any."""
    for entry_point in metadata.entry_points(group=ENTRY_POINT_GROUP):
        if entry_point.dist is not None:
            yield InstalledPiece(
                name=entry_point.name,
                distribution=entry_point.dist.name,
                version=entry_point.dist.version,
                entry_point=entry_point.value,
            )


def find_installed(name: str) -> InstalledPiece:
    """Return the installed piece called `name`.

    Args:
        name: the entry-point key (`gelato`) or the distribution (`piece-gelato`,
            `@activepieces/piece-gelato`), in any spelling that installers take for the same.

    Raises:
        PieceNotFoundError: if there is none; it names those there are.
        PieceError: if several distributions claim the name.
    """
    pieces = list(installed_pieces())
    found = [piece for piece in pieces if is_called(name, piece.name, piece.distribution)]
    if not found:
        known = ", ".join(sorted(f"`{piece.name}`" for piece in pieces))
        raise PieceNotFoundError(
            f"no piece `{name}` is installed",
            hint=f"installed are {known}" if known else "no piece is installed here",
        )
    if len(found) > 1:
        claims = ", ".join(f"`{piece.name}` of `{piece.distribution}`" for piece in found)
        raise PieceError(
            f"`{name}` may be {claims}",
            hint="uninstall one of the distributions, or name the piece by its other name",
        )
    return found[0]
