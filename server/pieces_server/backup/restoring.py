"""Restoring a backup into an empty database and data folder: all of it or nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pieces_server.audit import COMMAND_LINE, record
from pieces_server.database.identifiers import new_id
from pieces_server.database.migrating import BASE, HEAD, migrate_tables
from pieces_server.database.opening import told_unusable
from pieces_server.flushing import flush, write_flushed
from pieces_server.settings import SettingsError
from pieces_server.storage.identity import ID_FILE, RESTORING_FILE, assign
from pieces_server.storage.wheel_folder import WheelFolder, has_wheels

from .errors import BackupError
from .reading import lines
from .rows import any_rows, continue_numbers, load, stored_tables

if TYPE_CHECKING:
    from pathlib import Path

    from sqlalchemy import Connection

    from pieces_server.database import Database

    from .reading import Backup


def restore(backup: Backup, database: Database, data_folder: Path) -> None:
    """Restore; whoever calls holds the data folder alone.

    Until the rows are committed, as the last but one step, there is no instance: one that was cut
    off before is refused when it starts, and can be restored again.

    Raises:
        SettingsError: if the database or the data folder is not empty, or cannot be used.
        BackupError: if a row cannot be loaded.
    """
    marker = data_folder / RESTORING_FILE
    with told_unusable(database):
        with database.reading() as connection:
            _require_empty_tables(connection, database)
        _require_empty_folder(data_folder)
        write_flushed(marker, "")
        (data_folder / ID_FILE).unlink(missing_ok=True)
        _restore_wheels(backup, WheelFolder(data_folder))
        with database.alone(patient=True) as connection:
            _require_empty_tables(connection, database)
            _restore_rows(backup, connection, database)
            identifier = assign(connection, data_folder, new_id())
            made = backup.manifest.created
            record(connection, COMMAND_LINE, "instance.restore", identifier, backup_created=made)
    marker.unlink()
    flush(data_folder)


def _require_empty_tables(connection: Connection, database: Database) -> None:
    if any_rows(connection):
        raise _not_empty(f"the database {database.name} has rows")


def _require_empty_folder(data_folder: Path) -> None:
    if (data_folder / RESTORING_FILE).exists():
        return
    used = (data_folder / ID_FILE).exists()
    if used or has_wheels(data_folder):
        raise _not_empty(f"`AP_CONFIG_PATH` {str(data_folder)!r} is the folder of an instance")


def _not_empty(found: str) -> SettingsError:
    return SettingsError(
        f"a backup is restored into an empty database and data folder only, but {found}",
        hint="name others in the settings, or move these away, then restore",
    )


def _restore_wheels(backup: Backup, folder: WheelFolder) -> None:
    folder.remove_unfinished()
    for sha256 in folder.hashes():  # of a restore that was cut off
        folder.discard(sha256)
    for member in backup.manifest.members:
        if member.table is None:
            with backup.open(member) as content, folder.receive(content) as received:
                if received.sha256 != member.sha256:
                    raise BackupError(f"the backup changed while it was read: {member.name!r}")
                folder.keep(received)


def _restore_rows(backup: Backup, connection: Connection, database: Database) -> None:
    manifest = backup.manifest
    migrate_tables(connection, BASE, database.name)
    migrate_tables(connection, manifest.revision, database.name)
    members = {member.table: member for member in manifest.members if member.table is not None}
    tables = stored_tables(connection)
    if set(members) != {table.name for table in tables}:
        raise BackupError(f"the backup has other tables than revision {manifest.revision} has")
    for table in tables:
        with backup.open(members[table.name]) as content:
            count = load(connection, table, lines(content))
        if count != manifest.rows.get(table.name):
            raise BackupError(
                f"the backup has {count} rows of `{table.name}`, and says another number"
            )
    continue_numbers(connection)
    migrate_tables(connection, HEAD, database.name)
