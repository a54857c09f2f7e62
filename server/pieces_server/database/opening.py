"""Opening the database: a new one is given its tables, an older one is brought up to date."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy.exc import DBAPIError

from pieces_server.settings import DatabaseType, SettingsError

from .connection import SQLITE_FILE, check_reachable, connect, unusable
from .migrating import HEAD, migrate

if TYPE_CHECKING:
    from pieces_server.settings import Settings

    from .connection import Database


def open_database(settings: Settings) -> Database:
    """Open the database that the settings name, with the tables of this version of Piecekit.

    Raises:
        SettingsError: if it cannot be used, is damaged, or was written by a later version.
    """
    database = connect(settings)
    check_reachable(database, settings)
    try:
        migrate(database, HEAD)
        _check_sound(database, settings)
    except DBAPIError as error:
        raise unusable(settings, error) from error
    return database


def _check_sound(database: Database, settings: Settings) -> None:
    if settings.db_type is not DatabaseType.SQLITE3:
        return
    with database.reading() as connection:
        damage = connection.exec_driver_sql("PRAGMA quick_check(1)").scalar_one()
    if damage != "ok":
        raise SettingsError(
            f"the database {str(settings.data_folder / SQLITE_FILE)!r} is damaged: {damage}",
            hint="restore a backup",
        )
