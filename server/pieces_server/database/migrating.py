"""Bringing the database to a revision of its tables, forwards or backwards."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import TYPE_CHECKING, Final

from sqlalchemy import inspect, text

from pieces_server.settings import SettingsError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from alembic.config import Config
    from alembic.script import ScriptDirectory
    from sqlalchemy import Connection

    from pieces_server.audit import Actor

    from .connection import Database

HEAD: Final = "0003"
"""The revision that this version of Piecekit works with."""
BASE: Final = "base"
"""The revision of a database without tables."""
_SCRIPTS: Final = Path(__file__).parent / "migrations"
_BEFORE_ALEMBIC: Final = {1: "0001", 2: "0002"}
"""Revisions by the `user_version` of SQLite files from when that counted them."""
_logger = logging.getLogger(__name__)


def migrate(database: Database, revision: str, actor: Actor | None = None) -> None:
    """Bring the tables to `revision`, all of the way or not at all; several processes may try.

    Args:
        database: the tables'.
        revision: the one to bring the tables to, or `BASE`.
        actor: who does it, for the audit log; `None` is the instance itself.

    Raises:
        SettingsError: if the database has a revision that this version of Piecekit does not know.
    """
    with database.reading() as connection:
        if current_revision(connection) == revision:
            return
    with database.alone(patient=True) as connection:
        current = stored_revision(connection, database.name)
        if current is not None:
            way = f"from revision {current} to {revision}"
            _logger.warning("bringing the tables of the database %s %s", database.name, way)
        migrate_tables(connection, revision, database.name)
        if current not in {None, revision} and revision == HEAD:
            # Late: the audit log is above the database.
            from pieces_server.audit import INSTANCE, record

            record(
                connection, actor or INSTANCE, "instance.migrate", revision, from_revision=current
            )


def losses(database: Database, revision: str) -> Sequence[str]:
    """Return what going back to `revision` would remove: such as `entries of the audit log (3)`.

    Raises:
        SettingsError: if the database has a revision that this version of Piecekit does not know.
    """
    with database.snapshot() as connection:
        current = stored_revision(connection, database.name)
        if current is None or current <= revision:
            return ()
        counts = {
            what: connection.scalar(text(query))
            for script in _scripts().iterate_revisions(current, revision)
            for what, query in script.module.LOST.items()
        }
    return [f"{what} ({count})" for what, count in counts.items() if count]


def migrate_tables(connection: Connection, revision: str, name: str) -> None:
    """As `migrate`, in a transaction that is already alone.

    Args:
        connection: that transaction.
        revision: the one to bring the tables to, or `BASE`.
        name: how messages call the database.

    Raises:
        SettingsError: if the database has a revision that this version of Piecekit does not know.
    """
    if current_revision(connection) == revision:
        return
    # Late, as most starts end above: Alembic is an eighth of all that a start imports.
    from alembic import command

    config = _config(connection)
    current = stored_revision(connection, name)
    if current is not None and current_revision(connection) is None:
        command.stamp(config, current)
    if current == revision or (current, revision) == (None, BASE):
        return
    down = revision == BASE or (current is not None and revision < current)
    (command.downgrade if down else command.upgrade)(config, revision)
    if connection.dialect.name == "sqlite":
        # For versions of Piecekit from before Alembic, which read this number.
        number = 0 if revision == BASE else int(revision)
        connection.exec_driver_sql(f"PRAGMA user_version={number}")


def known_revisions() -> Sequence[str]:
    """Return the revisions that this version of Piecekit can bring tables to, oldest first."""
    return sorted(each.revision for each in _scripts().walk_revisions())


def stored_revision(connection: Connection, name: str) -> str | None:
    """Return the revision of the tables; `None` for a database without any of ours.

    Args:
        connection: to the database.
        name: how messages call it.

    Raises:
        SettingsError: if this version of Piecekit does not know the revision.
    """
    noted = current_revision(connection)
    if noted is None:
        return _revision_before_alembic(connection, name)
    if noted not in known_revisions():
        raise _unknown(name, f"its tables are of revision {noted}")
    return noted


def current_revision(connection: Connection) -> str | None:
    """Return the revision that the database has a note of; `None` for one without a note."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    noted: str | None = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    return noted


def _scripts() -> ScriptDirectory:
    from alembic.script import ScriptDirectory

    return ScriptDirectory(str(_SCRIPTS))


def _config(connection: Connection) -> Config:
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(_SCRIPTS))
    config.attributes["connection"] = connection
    return config


def _revision_before_alembic(connection: Connection, name: str) -> str | None:
    """Return the revision of a file of SQLite that has no note of Alembic's."""
    if connection.dialect.name != "sqlite":
        return None
    schema: int = connection.exec_driver_sql("PRAGMA user_version").scalar_one()
    others = "SELECT 1 FROM sqlite_master WHERE tbl_name <> 'alembic_version'"
    has_tables = connection.exec_driver_sql(others).first() is not None
    if not has_tables and schema == 0:
        return None
    if schema not in _BEFORE_ALEMBIC:
        raise _unknown(name, f"its schema is {schema}")
    return _BEFORE_ALEMBIC[schema]


def _unknown(name: str, found: str) -> SettingsError:
    return SettingsError(
        f"the database {name} was written by another version of Piecekit: {found}, "
        f"and this one knows revisions up to {HEAD}",
        hint="update Piecekit, or use another database",
    )
