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
    ForeignKeyConstraint,
    Integer,
    MetaData,
    String,
    Table,
    UniqueConstraint,
    create_engine,
    event,
)
from sqlalchemy.schema import CreateTable

if TYPE_CHECKING:
    from pathlib import Path

_ALPHANUMERICS: Final = string.digits + string.ascii_letters
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
    Column("metadata", JSON, nullable=False),
    Column("created", String, nullable=False),
    Column("updated", String, nullable=False),
    UniqueConstraint("distribution", "version"),
    ForeignKeyConstraint(["distribution", "version"], ["wheels.distribution", "wheels.version"]),
)
"""Those of the wheels that are pieces, with their wire metadata."""

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
    """Open `piecekit.db` in the data folder, with its tables made where they are missing."""
    # hide_parameters: an error's text goes to the log, and must not carry values there.
    engine = create_engine(
        f"sqlite:///{data_folder / 'piecekit.db'}",
        connect_args={"timeout": 30},
        hide_parameters=True,
    )
    event.listen(engine, "connect", _set_up)
    with engine.begin() as connection:
        for table in _TABLES.sorted_tables:
            connection.execute(CreateTable(table, if_not_exists=True))
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
