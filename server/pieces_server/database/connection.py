"""A connection to the instance's database, be it SQLite or PostgreSQL."""

from __future__ import annotations

import logging
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import create_engine, event, text
from sqlalchemy.engine import URL

from pieces_server.settings import DatabaseType, SettingsError

from .postgres import lift_limits, limit_queries, postgres_name, postgres_options, postgres_url
from .unavailable import told_unavailable

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Generator
    from pathlib import Path

    from sqlalchemy import Connection, Engine

    from pieces_server.settings import Settings

SQLITE_FILE: Final = "piecekit.db"
_SQLITE_CONNECTIONS: Final = 40
"""For most of the threads that may ask at once; the others wait for one that is given back."""
_POSTGRES_CONNECTIONS: Final = 10
_WAIT_S: Final = 30
_LOCK_WAIT_S: Final = 30
_ADVISORY_LOCK: Final = 7_074_653
"""PostgreSQL's name for our lock: any number that nobody else in the database uses."""
_logger = logging.getLogger(__name__)


class Database:
    """The database, and the ways to use it. Threads may share it, processes may not.

    Each way raises `DatabaseUnavailableError` when the database does not answer, or not in time.

    Args:
        engine: its connections.
        name: how messages call it.
    """

    def __init__(self, engine: Engine, name: str) -> None:
        self.engine: Final = engine
        self.name: Final = name
        self._writing: Final = engine.execution_options(piecekit_writes=True)

    @property
    def is_sqlite(self) -> bool:
        """Whether it is a file of SQLite, and not PostgreSQL."""
        return self.engine.dialect.name == "sqlite"

    @contextmanager
    def reading(self) -> Generator[Connection]:
        """Hand out a connection for queries; what it writes is rolled back."""
        with told_unavailable(self.name), self.engine.connect() as connection:
            yield connection

    @contextmanager
    def snapshot(self) -> Generator[Connection]:
        """Hand out a connection whose queries all see what was there at the first of them.

        They may take as long as they take.
        """
        # SQLite's transactions are of this kind anyway.
        engine = self.engine
        if not self.is_sqlite:
            engine = engine.execution_options(isolation_level="REPEATABLE READ")
        with told_unavailable(self.name), engine.connect() as connection:
            if not self.is_sqlite:
                lift_limits(connection)
            yield connection

    @contextmanager
    def writing(self) -> Generator[Connection]:
        """Hand out a transaction: committed and on the disk at the end, rolled back on an error.

        On SQLite it has the lock for writing from its start, so what it reads stays true.
        """
        with told_unavailable(self.name), self._writing.begin() as connection:
            yield connection

    @contextmanager
    def alone(self, *, patient: bool = False) -> Generator[Connection]:
        """Hand out a transaction as `writing`; one such at a time, of all processes.

        Args:
            patient: whether it may take as long as it takes: for commands and at a start.
        """
        with self.writing() as connection:
            if not self.is_sqlite:
                if patient:
                    lift_limits(connection)
                self._lock_out_others(connection)
            yield connection

    def _lock_out_others(self, connection: Connection) -> None:
        if not connection.scalar(text(f"SELECT pg_try_advisory_xact_lock({_ADVISORY_LOCK})")):
            _logger.warning("waiting for another process that changes the database %s", self.name)
            connection.execute(text(f"SELECT pg_advisory_xact_lock({_ADVISORY_LOCK})"))

    def close(self) -> None:
        """Close the idle connections. SQLite then moves its log into the file."""
        self.engine.dispose()


def connect(settings: Settings) -> Database:
    """Return the database that the settings name. Nothing is asked of it yet.

    Raises:
        SettingsError: if they do not say which it is, or psycopg is not installed.
    """
    # hide_parameters: an error's text goes to the log, and must not carry values there.
    common: dict[str, Any] = {"hide_parameters": True, "pool_timeout": _WAIT_S, "max_overflow": 0}
    if settings.db_type is DatabaseType.POSTGRES:
        url = postgres_url(settings)
        return Database(_postgres_engine(url, settings, common), postgres_name(url))
    path = settings.data_folder / SQLITE_FILE
    return Database(_sqlite_engine(path, common), repr(str(path)))


def _postgres_engine(url: URL, settings: Settings, common: dict[str, Any]) -> Engine:
    options = postgres_options(settings, url)
    try:
        engine = create_engine(
            url,
            pool_size=_POSTGRES_CONNECTIONS,
            pool_pre_ping=True,
            connect_args=options,
            **common,
        )
    except ImportError as error:
        raise SettingsError(
            f"`AP_DB_TYPE` is POSTGRES, but psycopg cannot be imported: {error}",
            hint="install `pieces-server[postgres]`",
        ) from error
    event.listen(engine, "connect", limit_queries)
    return engine


def _sqlite_engine(path: Path, common: dict[str, Any]) -> Engine:
    engine = create_engine(
        URL.create("sqlite", database=str(path)),
        pool_size=_SQLITE_CONNECTIONS,
        connect_args={"timeout": _LOCK_WAIT_S},
        **common,
    )
    event.listen(engine, "connect", _set_up_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _set_up_sqlite(connection: sqlite3.Connection, _record: object) -> None:
    # Python's own transactions begin at the first write, too late to hold a lock; `begin` does.
    connection.isolation_level = None
    # FULL: in WAL mode only this makes a commit outlive a power cut, as an answered 201 must.
    for setting in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {setting}")


def _begin_sqlite(connection: Connection) -> None:
    writes = connection.get_execution_options().get("piecekit_writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
