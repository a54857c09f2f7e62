"""The error of settings that cannot be used."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from pieces_framework.errors import PieceError

if TYPE_CHECKING:
    from collections.abc import Generator
    from pathlib import Path


class SettingsError(PieceError):
    """One or more settings cannot be used; the message names each and says why."""

    exit_code = 78  # EX_CONFIG
    code = "SETTINGS"


@contextmanager
def usable(path: Path) -> Generator[None]:
    """Raise `SettingsError` when the system refuses what is done to the data folder.

    Args:
        path: what the error names when the system's refusal names no file.
    """
    try:
        yield
    except OSError as error:
        name = str(error.filename or path)
        raise SettingsError(
            f"`AP_CONFIG_PATH`: {name!r} cannot be used: {error.strerror}",
            hint="let this user write to it, or name another folder",
        ) from error
