"""The instance's database: its tables, and how a connection to SQLite is set up."""

from __future__ import annotations

import secrets
import sqlite3
import string
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from sqlalchemy import (
    JSON,
    Column,
    Engine,
    ForeignKey,
    ForeignKeyConstraint,
    Integer,
    MetaData,
    String,
    Table,
    UniqueConstraint,
    create_engine,
    event,
)
from sqlalchemy.engine import URL
from sqlalchemy.exc import DatabaseError
from sqlalchemy.schema import CreateTable

from .settings import SettingsError

if TYPE_CHECKING:
    from pathlib import Path

    from sqlalchemy import Connection

_ALPHANUMERICS: Final = string.digits + string.ascii_letters
_SCHEMA: Final = 2
"""The number of the tables' present form, kept in the database as its `user_version`."""
_TABLES: Final = MetaData()

wheels: Final = Table(
    "wheels",
    _TABLES,
    Column("distribution", String, primary_key=True),  # normalised
    Column("version", String, primary_key=True),
    Column("filename", String, nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("size_bytes", Integer, nullable=False),
    Column("requires_python", String, nullable=False),
)
"""What the package index serves. A row is written once its file is safely in the data folder."""

pieces: Final = Table(
    "pieces",
    _TABLES,
    Column("id", String(21), primary_key=True),
    Column("distribution", String, nullable=False),
    Column("version", String, nullable=False),
    # The version once more, in numbers, for the database to sort by.
    Column("major", Integer, nullable=False),
    Column("minor", Integer, nullable=False),
    Column("patch", Integer, nullable=False),
    Column("name", String, nullable=False),
    Column("source_digest", String, nullable=False),
    Column("framework", String, nullable=False),
    Column("metadata", JSON, nullable=False),
    Column("i18n", JSON, nullable=False),
    Column("created", String, nullable=False),
    Column("updated", String, nullable=False),
    UniqueConstraint("distribution", "version"),
    ForeignKeyConstraint(["distribution", "version"], ["wheels.distribution", "wheels.version"]),
)
"""Those of the wheels that are pieces, with what their `piece.json` says."""

breaks: Final = Table(
    "breaks",
    _TABLES,
    Column("piece_id", String(21), ForeignKey("pieces.id"), primary_key=True),
    Column("reason", String, nullable=False),
)
"""Why a version may break what its number says it does not; absent for most. Since schema 2."""

api_keys: Final = Table(
    "api_keys",
    _TABLES,
    Column("id", String(21), primary_key=True),
    Column("name", String, nullable=False),
    Column("sha256", String(64), nullable=False, unique=True),
    Column("last_4", String(4), nullable=False),
    Column("created", String, nullable=False),
)


def open_database(data_folder: Path) -> Engine:
    """Open `piecekit.db` in the data folder; a new one is given its tables, an older one the rest.

    Raises:
        SettingsError: if it cannot be opened, is damaged, or was written by a later version.
    """
    path = data_folder / "piecekit.db"
    # hide_parameters: an error's text goes to the log, and must not carry values there.
    engine = create_engine(
        URL.create("sqlite", database=str(path)),
        connect_args={"timeout": 30},
        hide_parameters=True,
    )
    event.listen(engine, "connect", _set_up)
    try:
        with engine.begin() as connection:
            _prepare(connection, path)
    except DatabaseError as error:
        raise SettingsError(
            f"the database {str(path)!r} cannot be used: {error.orig}",
            hint="let this user write to it; if it is damaged, put a copy from before in its place",
        ) from error
    return engine


def random_text(length: int) -> str:
    """Return random characters of `[0-9a-zA-Z]`, fit for secrets."""
    return "".join(secrets.choice(_ALPHANUMERICS) for _ in range(length))


def new_id() -> str:
    """Return an id in the documented form: 21 characters of `[0-9a-zA-Z]`."""
    return random_text(21)


def now() -> str:
    """Return the time in the API's form: ISO 8601 in UTC with milliseconds."""
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _set_up(connection: sqlite3.Connection, _record: object) -> None:
    # FULL: in WAL mode only this makes a commit outlive a power cut, as an answered 201 must.
    for setting in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {setting}")


def _prepare(connection: Connection, path: Path) -> None:
    # Without it, two that open a new database at once could each see the other's half of it.
    connection.exec_driver_sql("BEGIN IMMEDIATE")
    schema: int = connection.exec_driver_sql("PRAGMA user_version").scalar_one()
    has_tables = connection.exec_driver_sql("SELECT 1 FROM sqlite_master").first() is not None
    if not has_tables and schema == 0:
        for table in _TABLES.sorted_tables:
            connection.execute(CreateTable(table))
    elif schema == 1:
        connection.execute(CreateTable(breaks))
    elif schema != _SCHEMA:
        age = "a newer" if schema > _SCHEMA else "an unknown"
        raise SettingsError(
            f"the database {str(path)!r} was written by {age} version of Piecekit: "
            f"its schema is {schema}, not {_SCHEMA}",
            hint="update Piecekit, or name another folder in `AP_CONFIG_PATH`",
        )
    connection.exec_driver_sql(f"PRAGMA user_version={_SCHEMA}")
    damage = connection.exec_driver_sql("PRAGMA quick_check(1)").scalar_one()
    if damage != "ok":
        raise SettingsError(
            f"the database {str(path)!r} is damaged: {damage}",
            hint="put a copy from before in its place",
        )
