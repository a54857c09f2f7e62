"""Holding the data folder, so that nobody changes it as a whole while somebody uses it."""

from __future__ import annotations

import fcntl
from contextlib import contextmanager
from typing import TYPE_CHECKING

from pieces_server.database.connection import SQLITE_FILE
from pieces_server.settings import SettingsError, usable

from .identity import ID_FILE

if TYPE_CHECKING:
    from collections.abc import Generator

    from pieces_server.settings import Settings


@contextmanager
def held_data_folder(settings: Settings, *, exclusive: bool) -> Generator[None]:
    """Hold the data folder until the end of the block, or of the process, however that comes.

    Args:
        settings: they name the folder, which must exist.
        exclusive: `False` for who uses it with others, such as a serving process; `True` for who
            changes it as a whole.

    Raises:
        SettingsError: if others hold it in a way that excludes this.
    """
    with usable(settings.lock_path):
        file = settings.lock_path.open("ab")
    with file:
        try:
            fcntl.flock(file, (fcntl.LOCK_EX if exclusive else fcntl.LOCK_SH) | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise _taken(str(settings.data_folder), by_many=exclusive) from error
        yield


def require_instance(settings: Settings) -> None:
    """Refuse a data folder in which no instance has ever run, before anything is made there.

    Raises:
        SettingsError: if it is one.
    """
    # Folders from before ids have only the other file.
    if not any((settings.data_folder / name).exists() for name in (ID_FILE, SQLITE_FILE)):
        raise SettingsError(
            f"`AP_CONFIG_PATH` {str(settings.data_folder)!r} is not the folder of an instance",
            hint="set what the instance is started with",
        )


def _taken(folder: str, *, by_many: bool) -> SettingsError:
    if by_many:
        return SettingsError(
            f"an instance or another command uses `AP_CONFIG_PATH` {folder!r}",
            hint="stop every process of the instance, then try again",
        )
    return SettingsError(
        f"a command changes all of `AP_CONFIG_PATH` {folder!r}, such as `restore` or `migrate`",
        hint="wait until it has ended, then try again",
    )
