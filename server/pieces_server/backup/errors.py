"""The error of a backup that cannot be made or used."""

from __future__ import annotations

from pieces_framework.errors import PieceError


class BackupError(PieceError):
    """A file is no whole backup, or what should be backed up is not whole."""

    exit_code = 65  # EX_DATAERR
    code = "BACKUP"
