"""Bringing the database to a revision of its tables, forwards or backwards."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import text

from pieces_server.settings import SettingsError

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from .connection import Database

HEAD: Final = "0003"
"""The revision that this version of Piecekit works with."""
BASE: Final = "base"
"""The revision of a database without tables."""
_ADVISORY_LOCK: Final = 7_074_653
"""PostgreSQL's name for our lock: any number that nobody else in the database uses."""
_BEFORE_ALEMBIC: Final = {1: "0001", 2: "0002"}
"""Revisions by the `user_version` of SQLite files from when that counted them."""


def migrate(database: Database, revision: str) -> None:
    """Bring the tables to `revision`, all of the way or not at all; several processes may try.

    Raises:
        SettingsError: if the database has a revision that this version of Piecekit does not know.
    """
    with database.writing() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text(f"SELECT pg_advisory_xact_lock({_ADVISORY_LOCK})"))
        config = _config(connection)
        current = current_revision(connection) or _adopted(connection, config)
        if current == revision or (current, revision) == (None, BASE):
            return
        _require_known(current, config)
        down = revision == BASE or (current is not None and revision < current)
        (command.downgrade if down else command.upgrade)(config, revision)


def current_revision(connection: Connection) -> str | None:
    """Return the revision of the tables; `None` for a database without any of ours."""
    return MigrationContext.configure(connection).get_current_revision()


def _config(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.attributes["connection"] = connection
    return config


def _adopted(connection: Connection, config: Config) -> str | None:
    """Note the revision of a file of SQLite from before Alembic kept it."""
    if connection.dialect.name != "sqlite":
        return None
    schema: int = connection.exec_driver_sql("PRAGMA user_version").scalar_one()
    has_tables = connection.exec_driver_sql("SELECT 1 FROM sqlite_master").first() is not None
    if not has_tables and schema == 0:
        return None
    revision = _BEFORE_ALEMBIC.get(schema)
    if revision is None:
        raise _unknown(f"its schema is {schema}")
    command.stamp(config, revision)
    return revision


def _require_known(current: str | None, config: Config) -> None:
    known = {each.revision for each in ScriptDirectory.from_config(config).walk_revisions()}
    if current is not None and current not in known:
        raise _unknown(f"its tables are of revision {current}")


def _unknown(found: str) -> SettingsError:
    return SettingsError(
        f"the database was written by another version of Piecekit: {found}, "
        f"and this one knows revisions up to {HEAD}",
        hint="update Piecekit, or use another database",
    )
