"""What can be wrong with keys, for the command line and the API alike."""

from __future__ import annotations

from typing import Final

from pieces_framework.errors import PieceError, PieceNotFoundError


class RefusedKeyError(PieceError):
    """A key that opens nothing, and why: who has the whole key may know.

    Args:
        message: says whether it is unknown, expired or revoked.
        known: whether it was ever a key of this instance.
    """

    code = "AUTHENTICATION"

    def __init__(self, message: str, *, known: bool) -> None:
        super().__init__(message)
        self.known: Final = known


class KeyNotFoundError(PieceNotFoundError):
    """No key has that id or name."""


class KeyConflictError(PieceError):
    """What is asked of the keys cannot be done as they are."""

    code = "VALIDATION"
