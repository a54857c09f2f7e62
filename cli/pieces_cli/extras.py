"""Parts of Piecekit that are installed only where they are wanted."""

from __future__ import annotations

from pieces_framework.errors import PieceError


class MissingExtraError(PieceError):
    """A command needs an extra that is not installed.

    Args:
        message: as for every error of the tree.
        extra: its name in `piecekit[NAME]`.
    """

    exit_code = 78  # EX_CONFIG
    code = "MISSING_EXTRA"

    def __init__(self, message: str, *, extra: str) -> None:
        super().__init__(message, hint=f"pip install 'piecekit[{extra}]'")
