"""Making a backup, while the instance serves and publishers publish."""

from __future__ import annotations

import hashlib
import io
import os
import tempfile
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING

from sqlalchemy import select

from pieces_server.database.identifiers import now
from pieces_server.database.migrating import stored_revision
from pieces_server.flushing import flush
from pieces_server.settings import SettingsError

from .archive import ArchiveWriter
from .errors import BackupError
from .manifest import MANIFEST, MANIFEST_SHA256, Manifest, table_member, wheel_member
from .rows import lines_of, stored_tables

if TYPE_CHECKING:
    from collections.abc import Generator, Mapping

    from sqlalchemy import Connection, Table

    from pieces_server.database import Database
    from pieces_server.storage.wheel_folder import WheelFolder

    from .manifest import Member


@dataclass(frozen=True)
class _Rows:
    """The rows of a table, as lines in a temporary file."""

    member: Member
    count: int
    file: IO[bytes]


def write_backup(database: Database, folder: WheelFolder, path: Path) -> Manifest:
    """Write a backup to `path`, in the place of what is there: all of it or nothing.

    It has what was committed at one moment. The rows are read first; the wheels that they name are
    there from before, and stay.

    Raises:
        SettingsError: if there is no instance in the database, or it is not known.
        BackupError: if a wheel is missing or damaged, or the file cannot be written.
    """
    try:
        with ExitStack() as files, _replacing(path) as file:
            with database.snapshot() as connection:
                revision = _revision(connection, database)
                created = now()
                tables = {table.name: table for table in stored_tables(connection)}
                stored: dict[str, _Rows] = {}
                for name, table in tables.items():
                    spool = files.enter_context(tempfile.TemporaryFile(dir=path.parent))
                    stored[name] = _spooled(connection, table, spool)
                wheels = _wheels(connection, tables["wheels"])
            manifest = Manifest(
                revision=revision,
                created=created,
                rows={name: rows.count for name, rows in stored.items()},
                members=[*(rows.member for rows in stored.values()), *wheels],
            )
            _write(file, manifest, stored, folder)
    except OSError as error:
        reason = error.strerror or error  # its text would name our temporary file
        raise BackupError(f"the backup {str(path)!r} cannot be written: {reason}") from error
    return manifest


def _revision(connection: Connection, database: Database) -> str:
    revision = stored_revision(connection, database.name)
    if revision is None:
        raise SettingsError(
            f"the database {database.name} has no instance to back up",
            hint="set what the instance is started with, such as `AP_CONFIG_PATH`",
        )
    return revision


def _spooled(connection: Connection, table: Table, file: IO[bytes]) -> _Rows:
    digest, count = hashlib.sha256(), 0
    for line in lines_of(connection, table):
        file.write(line)
        digest.update(line)
        count += 1
    member = table_member(table.name, digest.hexdigest(), file.tell())
    file.seek(0)
    return _Rows(member, count, file)


def _wheels(connection: Connection, table: Table) -> list[Member]:
    columns = (table.c.sha256, table.c.size_bytes)
    query = select(*columns).distinct().order_by(table.c.sha256)
    return [wheel_member(row.sha256, row.size_bytes) for row in connection.execute(query)]


def _write(
    file: IO[bytes], manifest: Manifest, stored: Mapping[str, _Rows], folder: WheelFolder
) -> None:
    archive = ArchiveWriter(file)
    document = manifest.model_dump_json(by_alias=True).encode()
    digest = hashlib.sha256(document).hexdigest()
    for name, content in ((MANIFEST_SHA256, digest.encode()), (MANIFEST, document)):
        archive.add(
            name,
            io.BytesIO(content),
            sha256=hashlib.sha256(content).hexdigest(),
            size_bytes=len(content),
        )
    for member in manifest.members:
        table = member.table
        with stored[table].file if table else _open_wheel(folder, member) as source:
            archive.add(member.name, source, sha256=member.sha256, size_bytes=member.size_bytes)
    archive.end()


def _open_wheel(folder: WheelFolder, member: Member) -> IO[bytes]:
    try:
        return folder.path(member.sha256).open("rb")
    except FileNotFoundError as error:
        raise BackupError(
            f"the data folder has no {member.name!r}, which the database names",
            hint="upload that wheel again, byte for byte, which puts it back",
        ) from error


@contextmanager
def _replacing(path: Path) -> Generator[IO[bytes]]:
    """Hand out a file for the owner only, which takes the place of `path` once it is whole."""
    with tempfile.NamedTemporaryFile(
        dir=path.parent, prefix=f".{path.name}.", delete=False
    ) as file:
        new = Path(file.name)
        try:
            yield file.file
            file.flush()
            os.fsync(file.fileno())
            new.replace(path)
        finally:
            new.unlink(missing_ok=True)
    flush(path.parent)
