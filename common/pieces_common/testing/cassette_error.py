"""The error of cassettes; a module of its own, as every module of the package raises it."""

from __future__ import annotations

from typing import ClassVar

from pieces_framework import PieceError


class CassetteError(PieceError):
    """A cassette cannot be written or read, or does not hold the request that was made.

    Its message names methods, addresses without their query, and files; never a secret.
    """

    exit_code = 65  # EX_DATAERR
    code: ClassVar[str] = "CASSETTE"
