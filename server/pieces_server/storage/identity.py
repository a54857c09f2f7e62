"""Whether a database and a data folder belong together: rows of the one name files of the other."""

from __future__ import annotations

import fcntl
import os
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from sqlalchemy import insert, select

from pieces_server.database.identifiers import new_id, now
from pieces_server.database.tables import instance, wheels
from pieces_server.flushing import write_flushed
from pieces_server.settings import SettingsError

from .wheel_folder import has_wheels, wheel_path

if TYPE_CHECKING:
    from collections.abc import Generator
    from pathlib import Path

    from sqlalchemy import Connection

    from pieces_server.database import Database

ID_FILE: Final = "instance-id"
"""Holds what the row of the table `instance` holds."""
RESTORING_FILE: Final = "restoring"
"""Is there while a backup is being restored into the data folder."""


def check_identity(database: Database, data_folder: Path) -> None:
    """Check that both are of one instance; a new pair is given an id, by one process of several.

    Raises:
        SettingsError: if they are not.
    """
    with _locked(data_folder):
        with database.reading() as connection:
            known = connection.scalar(select(instance.c.id))
        found = _read_id(data_folder)
        if known is None:
            with database.alone() as connection:
                known = connection.scalar(select(instance.c.id))
                if known is None:
                    _require_wheels_of_rows(connection, database, data_folder)
                    known = found = assign(connection, data_folder, found or new_id())
        if known != found:
            raise _mismatch(database, data_folder, known, found)
        # What a restore left that was killed after its last change.
        (data_folder / RESTORING_FILE).unlink(missing_ok=True)


def assign(connection: Connection, data_folder: Path, identifier: str) -> str:
    """Give both an id, and return it. The file comes first: alone, it is taken up again."""
    write_flushed(data_folder / ID_FILE, f"{identifier}\n")
    connection.execute(insert(instance).values(id=identifier, created=now()))
    return identifier


def _read_id(data_folder: Path) -> str | None:
    try:
        return (data_folder / ID_FILE).read_text(encoding="utf-8", errors="replace").strip()
    except FileNotFoundError:
        return None


def _require_wheels_of_rows(connection: Connection, database: Database, data_folder: Path) -> None:
    """Refuse a pair without an id that was not made together, as far as can be told.

    A folder from before ids has its wheels, and so has one whose tables lost the id by a migration.
    """
    if (data_folder / RESTORING_FILE).exists():
        raise SettingsError(
            f"a backup was being restored into `AP_CONFIG_PATH` {str(data_folder)!r}: "
            "it is not an instance yet",
            hint="run `restore` again: it was cut off",
        )
    sha256: str | None = connection.scalar(select(wheels.c.sha256).limit(1))
    if sha256 is None:
        if not has_wheels(data_folder):
            return
        raise SettingsError(
            f"`AP_CONFIG_PATH` {str(data_folder)!r} holds wheels, "
            f"but the database {database.name} has no row of any",
            hint="name the database that belongs to it; "
            "to move an instance to another, use `backup` and `restore`",
        )
    if not wheel_path(data_folder, sha256).exists():
        raise SettingsError(
            f"the database {database.name} belongs to another data folder than "
            f"`AP_CONFIG_PATH` {str(data_folder)!r}: there is no wheel {sha256} in it",
            hint="name the two that belong together",
        )


def _mismatch(
    database: Database, data_folder: Path, known: str, found: str | None
) -> SettingsError:
    why = f"has no file `{ID_FILE}`" if found is None else f"has another id in `{ID_FILE}`"
    return SettingsError(
        f"the database {database.name} belongs to another data folder than "
        f"`AP_CONFIG_PATH` {str(data_folder)!r}, which {why}",
        hint=f"name the two that belong together; if only the file was lost, write {known} into it",
    )


@contextmanager
def _locked(folder: Path) -> Generator[None]:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)
