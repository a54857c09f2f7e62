"""Queries for one row, asked so often that what SQLAlchemy does around each would cost the most."""

from __future__ import annotations

from typing import TYPE_CHECKING, Generic, TypeVarTuple, cast

from sqlalchemy.exc import DBAPIError

from .unavailable import told_unavailable

if TYPE_CHECKING:
    from sqlalchemy import Select

    from .connection import Database

Ts = TypeVarTuple("Ts")


class Lookup(Generic[*Ts]):
    """A query that is compiled once and then handed to the database's driver itself.

    It takes a fifth of the time. Values come as the driver has them; for text, numbers and bytes
    that is as SQLAlchemy has them. Threads may share it.
    """

    def __init__(self, database: Database, query: Select[*Ts]) -> None:
        compiled = query.compile(dialect=database.engine.dialect)
        self._engine = database.engine
        self._database_name = database.name
        self._sql = compiled.string
        # SQLite's driver takes the values in the order of their places, the other by their names.
        self._places: list[str] | None = getattr(compiled, "positiontup", None)

    def first(self, **values: str) -> tuple[*Ts] | None:
        """Return the first row, or `None` if there is none.

        Args:
            values: those of the query's `bindparam`s.

        Raises:
            DatabaseUnavailableError: if the database does not answer.
        """
        given = values if self._places is None else [values[name] for name in self._places]
        errors = self._engine.dialect.loaded_dbapi.Error
        with told_unavailable(self._database_name):
            try:
                row = self._ask(given)
            except errors as error:
                raise DBAPIError.instance(self._sql, None, error, errors) from error
        # A driver's rows have no types; the query's columns have.
        return cast("tuple[*Ts] | None", row)

    def _ask(self, values: dict[str, str] | list[str]) -> object:
        connection = self._engine.raw_connection()
        try:
            cursor = connection.cursor()
            cursor.execute(self._sql, values)
            return cursor.fetchone()
        except BaseException:
            connection.invalidate()
            raise
        finally:
            connection.close()
