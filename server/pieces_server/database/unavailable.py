"""A database that does not answer, told apart from one that was asked something wrong."""

from __future__ import annotations

import sqlite3
from contextlib import contextmanager
from typing import TYPE_CHECKING

from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as NoConnectionError

from pieces_framework.errors import PieceError

if TYPE_CHECKING:
    from collections.abc import Generator


class DatabaseUnavailableError(PieceError):
    """The database does not answer now; it may later.

    Args:
        database: its name, without secrets.
        reason: what it, or the way to it, said.
    """

    exit_code = 69  # EX_UNAVAILABLE
    code = "SERVICE_UNAVAILABLE"

    def __init__(self, database: str, reason: str) -> None:
        super().__init__(
            f"the database {database} does not answer: {reason}",
            hint="check that it runs, and the settings that name it",
        )


@contextmanager
def told_unavailable(database: str) -> Generator[None]:
    """Raise `DatabaseUnavailableError` when the block's queries fail since nobody answers."""
    try:
        yield
    except NoConnectionError as error:
        raise DatabaseUnavailableError(database, "all connections are in use") from error
    except DBAPIError as error:
        if not _is_passing(error):
            raise
        raise DatabaseUnavailableError(database, reason_of(error)) from error


def reason_of(error: DBAPIError) -> str:
    """Return what the database said, on one line."""
    return " ".join(str(error.orig).split())


def _is_passing(error: DBAPIError) -> bool:
    if isinstance(error.orig, sqlite3.Error):
        # 1, SQLITE_ERROR, is a mistake in the query: https://www.sqlite.org/rescode.html
        code = getattr(error.orig, "sqlite_errorcode", sqlite3.SQLITE_ERROR)
        return isinstance(error, OperationalError) and code != sqlite3.SQLITE_ERROR
    return error.connection_invalidated or isinstance(error, OperationalError | InterfaceError)
