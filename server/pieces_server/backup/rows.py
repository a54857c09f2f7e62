"""Rows as lines of JSON, the same for both kinds of database and for every revision."""

from __future__ import annotations

import base64
import binascii
import itertools
import json
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import LargeBinary, MetaData, Table, func, inspect, select, text
from sqlalchemy.exc import DBAPIError, StatementError

from pieces_server.database.tables import TABLES

from .errors import BackupError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from sqlalchemy import Connection

_BATCH: Final = 200
_OWN_TO_A_DATABASE: Final = frozenset({"instance"})
"""A restored instance has an id of its own."""


def stored_tables(connection: Connection) -> Sequence[Table]:
    """Return the instance's tables as the database has them, those that others refer to first."""
    names = set(inspect(connection).get_table_names()) & set(TABLES.tables) - _OWN_TO_A_DATABASE
    found = MetaData()
    found.reflect(connection, only=sorted(names))
    return found.sorted_tables


def any_rows(connection: Connection) -> bool:
    """Whether any of the instance's tables has a row."""
    return any(
        connection.scalar(select(func.count()).select_from(table))
        for table in stored_tables(connection)
    )


def lines_of(connection: Connection, table: Table) -> Iterator[bytes]:
    """Read the rows, a few at a time: an object by the names of columns on each line."""
    binary = _binary_columns(table)
    query = select(table).order_by(*table.primary_key.columns)
    for row in connection.execute(query.execution_options(yield_per=_BATCH)).mappings():
        document: dict[str, Any] = dict(row)  # Any: what a column holds
        for name in binary:
            document[name] = base64.b64encode(document[name]).decode()
        yield json.dumps(document, separators=(",", ":")).encode() + b"\n"


def load(connection: Connection, table: Table, lines: Iterable[bytes]) -> int:
    """Insert the rows that lines tell of, a few at a time, and return how many they are.

    Raises:
        BackupError: if they are not rows of this table.
    """
    rows = (_row(table, line) for line in lines)
    count = 0
    try:
        while batch := list(itertools.islice(rows, _BATCH)):
            connection.execute(table.insert(), batch)
            count += len(batch)
    except (StatementError, ValueError, OverflowError, RecursionError) as error:
        if isinstance(error, DBAPIError) and error.connection_invalidated:
            raise
        reason = error.orig if isinstance(error, StatementError) else error
        raise BackupError(
            f"the backup's table `{table.name}` cannot be loaded: {reason}"
        ) from error
    return count


def continue_numbers(connection: Connection) -> None:
    """Let PostgreSQL number the next entry of the audit log after the last that was loaded."""
    if connection.dialect.name == "postgresql" and inspect(connection).has_table("audit"):
        connection.execute(
            text(
                "SELECT setval(pg_get_serial_sequence('audit', 'id'), max(id))"
                " FROM audit HAVING max(id) IS NOT NULL"
            )
        )


def _row(table: Table, line: bytes) -> dict[str, Any]:
    row: object = json.loads(line)
    found: dict[str, Any] = dict(row) if isinstance(row, dict) else {}  # pyright: ignore[reportUnknownArgumentType]
    if set(found) != set(table.columns.keys()):
        raise ValueError("a line is no row of it")
    for name in _binary_columns(table):
        try:
            found[name] = base64.b64decode(found[name], validate=True)
        except (binascii.Error, TypeError) as error:
            raise ValueError(f"`{name}` is no base64") from error
    return found


def _binary_columns(table: Table) -> list[str]:
    return [column.name for column in table.columns if isinstance(column.type, LargeBinary)]
