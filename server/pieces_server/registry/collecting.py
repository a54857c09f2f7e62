"""Removing files that nothing names: what publishers left that were cut off."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Final

from sqlalchemy import select, text
from sqlalchemy.exc import OperationalError

from pieces_server.database.tables import wheels

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from pieces_server.database import Database
    from pieces_server.storage.wheel_folder import WheelFolder

_GRACE_S: Final = 3600
"""How old a file is before it is removed: somebody may yet find out what went wrong."""
_LOCK_NOT_AVAILABLE: Final = "55P03"
"""Source: https://www.postgresql.org/docs/current/errcodes-appendix.html"""
_logger = logging.getLogger(__name__)


def collect_leftovers(database: Database, folder: WheelFolder) -> None:
    """Remove uploads that were cut off, and files that no row names and that are an hour old.

    Others may publish meanwhile, in any process. A row whose file is missing is told in the log.
    """
    folder.remove_unfinished()
    with database.reading() as connection:
        named = {str(sha256) for sha256 in connection.scalars(select(wheels.c.sha256))}
    stored = folder.hashes()
    if missing := sorted(named - stored):
        _logger.error(
            "%d wheels are missing in the data folder, the first is %s:"
            " upload the same bytes again, or restore a backup",
            len(missing),
            folder.path(missing[0]),
        )
    for sha256 in sorted(stored - named):
        if folder.age_s(sha256) > _GRACE_S:
            _collect(database, folder, sha256)


def _collect(database: Database, folder: WheelFolder, sha256: str) -> None:
    """Remove a file, unless somebody is publishing it, or has since the names were read."""
    with folder.holding_if_free(sha256) as held, database.reading() as connection:
        if not held or not _nobody_inserts(database, connection):
            return
        query = select(wheels.c.sha256).where(wheels.c.sha256 == sha256)
        if connection.scalar(query) is None and folder.age_s(sha256) > _GRACE_S:
            folder.discard(sha256)
            _logger.warning("removed %s, which no version names", folder.path(sha256))


def _nobody_inserts(database: Database, connection: Connection) -> bool:
    """Say whether no wheel's row is being written, and keep it so until the transaction ends.

    PostgreSQL finishes the COMMIT of a publisher whose process, and with it the lock on its file,
    is gone already; SQLite does not.
    """
    if database.is_sqlite:
        return True
    try:
        connection.execute(text("LOCK TABLE wheels IN SHARE MODE NOWAIT"))
    except OperationalError as error:
        if getattr(error.orig, "sqlstate", None) != _LOCK_NOT_AVAILABLE:
            raise
        return False
    return True
