"""Opening the database: a new one is given its tables, an older one is brought up to date."""

from __future__ import annotations

from contextlib import ExitStack, closing, contextmanager
from typing import TYPE_CHECKING

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from pieces_server.settings import SettingsError

from .connection import Database, connect
from .migrating import HEAD, migrate
from .refusals import refusal
from .unavailable import DatabaseUnavailableError, reason_of

if TYPE_CHECKING:
    from collections.abc import Generator

    from sqlalchemy import Connection

    from pieces_server.settings import Settings


def open_database(settings: Settings) -> Database:
    """Open the database that the settings name, with the tables of this version of Piecekit.

    Raises:
        SettingsError: if it cannot be used, is damaged, was written by a later version, or refuses
            the login.
        DatabaseUnavailableError: if PostgreSQL does not answer.
    """
    database = connect_checked(settings)
    with told_unusable(database):
        migrate(database, HEAD)
    return database


@contextmanager
def checked_database(settings: Settings) -> Generator[Database]:
    """Hand out what `connect_checked` opens, and close it; errors are those of `told_unusable`."""
    database = connect_checked(settings)
    with told_unusable(database), closing(database):
        yield database


def connect_checked(settings: Settings) -> Database:
    """Open the database, with the tables that it has.

    Raises:
        SettingsError: if it cannot be used, is damaged, or refuses the login.
        DatabaseUnavailableError: if PostgreSQL does not answer.
    """
    database = connect(settings)
    try:
        with told_unusable(database), database.reading() as connection:
            _check(connection, database)
    except DatabaseUnavailableError as error:
        if (refused := refusal(error, database.name, settings)) is None:
            raise
        raise refused from error
    return database


@contextmanager
def told_unusable(database: Database) -> Generator[None]:
    """Raise `SettingsError` when a database that answers refuses what the block asks of it.

    After any error the database is closed.
    """
    try:
        with _closed_after_an_error(database):
            yield
    except DatabaseUnavailableError as error:
        cause = error.__cause__
        if not database.is_sqlite or not isinstance(cause, DBAPIError):
            raise
        raise _unusable(database, reason_of(cause)) from error
    except DBAPIError as error:
        raise _unusable(database, reason_of(error)) from error


def _check(connection: Connection, database: Database) -> None:
    connection.execute(text("SELECT 1"))
    if database.is_sqlite:
        damage = connection.exec_driver_sql("PRAGMA quick_check(1)").scalar_one()
        if damage != "ok":
            raise _unusable(database, damage)


@contextmanager
def _closed_after_an_error(database: Database) -> Generator[None]:
    with ExitStack() as stack:
        stack.callback(database.close)
        yield
        stack.pop_all()


def _unusable(database: Database, reason: str) -> SettingsError:
    if database.is_sqlite:
        hint = "let this user write to it; if it is damaged, restore a backup"
    else:
        hint = "give the user of `AP_POSTGRES_...` a database of its own, which it may change"
    return SettingsError(f"the database {database.name} cannot be used: {reason}", hint=hint)
