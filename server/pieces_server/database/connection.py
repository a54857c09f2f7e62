"""A connection to the instance's database, be it SQLite or PostgreSQL."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import create_engine, event, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import DBAPIError

from pieces_server.settings import DatabaseType, SettingsError

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Generator

    from sqlalchemy import Connection, Engine

    from pieces_server.settings import Settings

SQLITE_FILE: Final = "piecekit.db"
_SQLITE_CONNECTIONS: Final = 40
"""As many as there are threads that answer requests."""
_POSTGRES_CONNECTIONS: Final = 10
_WAIT_S: Final = 60
_LOCK_WAIT_S: Final = 30


class Database:
    """The database, and the two ways to use it. Threads may share it, processes may not."""

    def __init__(self, engine: Engine) -> None:
        self.engine: Final = engine
        self._writing: Final = engine.execution_options(piecekit_writes=True)

    @contextmanager
    def reading(self) -> Generator[Connection]:
        """Hand out a connection for queries; what it writes is rolled back."""
        with self.engine.connect() as connection:
            yield connection

    @contextmanager
    def writing(self) -> Generator[Connection]:
        """Hand out a transaction: committed and on the disk at the end, rolled back on an error.

        On SQLite it has the lock for writing from its start, so what it reads stays true.
        """
        with self._writing.begin() as connection:
            yield connection

    def close(self) -> None:
        """Close the idle connections. SQLite then moves its log into the file."""
        self.engine.dispose()


def connect(settings: Settings) -> Database:
    """Return the database that the settings name. Nothing is asked of it yet."""
    # hide_parameters: an error's text goes to the log, and must not carry values there.
    common: dict[str, Any] = {"hide_parameters": True, "pool_timeout": _WAIT_S, "max_overflow": 0}
    if settings.db_type is DatabaseType.POSTGRES:
        return Database(
            create_engine(
                _postgres_url(settings),
                pool_size=_POSTGRES_CONNECTIONS,
                pool_pre_ping=True,
                connect_args={"connect_timeout": 10, "application_name": "piecekit"},
                **common,
            )
        )
    path = settings.data_folder / SQLITE_FILE
    engine = create_engine(
        URL.create("sqlite", database=str(path)),
        pool_size=_SQLITE_CONNECTIONS,
        connect_args={"timeout": _LOCK_WAIT_S},
        **common,
    )
    event.listen(engine, "connect", _set_up_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return Database(engine)


def check_reachable(database: Database, settings: Settings) -> None:
    """Ask the database something, and nothing of its tables.

    Raises:
        SettingsError: if it cannot be opened or does not answer.
    """
    try:
        with database.reading() as connection:
            connection.execute(text("SELECT 1"))
    except DBAPIError as error:
        raise unusable(settings, error) from error


def unusable(settings: Settings, error: DBAPIError) -> SettingsError:
    """Return the error that says which database cannot be used, and why."""
    if settings.db_type is DatabaseType.POSTGRES:
        url = _postgres_url(settings).render_as_string(hide_password=True)
        reason = " ".join(str(error.orig).split())
        return SettingsError(
            f"the database {url!r} cannot be used: {reason}",
            hint="check the settings `AP_POSTGRES_...`, and that the server runs",
        )
    path = settings.data_folder / SQLITE_FILE
    return SettingsError(
        f"the database {str(path)!r} cannot be used: {error.orig}",
        hint="let this user write to it; if it is damaged, restore a backup",
    )


def _postgres_url(settings: Settings) -> URL:
    given = settings.postgres_url
    if given is not None:
        return make_url(given.get_secret_value()).set(drivername="postgresql+psycopg")
    password = settings.postgres_password
    return URL.create(
        "postgresql+psycopg",
        username=settings.postgres_username,
        password=None if password is None else password.get_secret_value(),
        host=settings.postgres_host,
        port=settings.postgres_port,
        database=settings.postgres_database,
    )


def _set_up_sqlite(connection: sqlite3.Connection, _record: object) -> None:
    # Python's own transactions begin at the first write, too late to hold a lock; `begin` does.
    connection.isolation_level = None
    # FULL: in WAL mode only this makes a commit outlive a power cut, as an answered 201 must.
    for setting in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {setting}")


def _begin_sqlite(connection: Connection) -> None:
    writes = connection.get_execution_options().get("piecekit_writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
