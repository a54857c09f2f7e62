"""A store in a file, for runs on one machine."""

from __future__ import annotations

import asyncio
import json
import sqlite3
from collections.abc import Generator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Final, TypeVar

from pieces_framework.errors import StoreError
from pieces_framework.protocols import StoreScope
from pieces_framework.storage import check_key, decode_value, encode_value
from pieces_framework.wire import StorableValue

T = TypeVar("T")

_BUSY_TIMEOUT_S: Final = 30
_SCHEMA: Final = """
    CREATE TABLE IF NOT EXISTS entry (
        scope TEXT NOT NULL,
        flow TEXT NOT NULL,
        key TEXT NOT NULL,
        value TEXT NOT NULL,
        PRIMARY KEY (scope, flow, key)
    )
"""


class FileStore:
    """A `Store` in one SQLite file, which any number of processes may use at once.

    A value that `put` has returned for survives the process, however it ends. The file, and its
    folder with mode 0700, are made when they are first needed.

    Each call opens the file anew: 0.1 ms, and there is nothing to close or to share between
    threads. Every statement is a transaction of its own, which is why no reader ever upgrades a
    lock and the busy timeout alone settles who goes first.

    Args:
        path: the file.
        flow: whose values the scope `FLOW` holds; `PROJECT` is shared by the whole file.
    """

    def __init__(self, path: Path, *, flow: str) -> None:
        self._path: Final = path
        self._flow: Final = flow

    async def put(
        self, key: str, value: StorableValue, scope: StoreScope = StoreScope.FLOW
    ) -> None:
        """See `Store.put`."""
        check_key(key)
        text = encode_value(key, value)
        await asyncio.to_thread(
            self._execute, "INSERT OR REPLACE INTO entry VALUES (?, ?, ?, ?)", scope, key, text
        )

    async def get(
        self, key: str, as_type: type[T], scope: StoreScope = StoreScope.FLOW
    ) -> T | None:
        """See `Store.get`."""
        check_key(key)
        text = await asyncio.to_thread(
            self._execute,
            "SELECT value FROM entry WHERE scope = ? AND flow = ? AND key = ?",
            scope,
            key,
        )
        return decode_value(key, "null" if text is None else text, as_type)

    async def delete(self, key: str, scope: StoreScope = StoreScope.FLOW) -> None:
        """See `Store.delete`."""
        check_key(key)
        await asyncio.to_thread(
            self._execute,
            "DELETE FROM entry WHERE scope = ? AND flow = ? AND key = ?",
            scope,
            key,
        )

    def _execute(self, statement: str, scope: StoreScope, key: str, *values: str) -> str | None:
        flow = self._flow if scope is StoreScope.FLOW else ""
        # As JSON text a key may hold what SQLite's UTF-8 cannot, such as half a surrogate pair.
        parameters = (scope.value, flow, json.dumps(key), *values)
        with self._connection() as connection:
            row: tuple[str] | None = connection.execute(statement, parameters).fetchone()
        return None if row is None else row[0]

    @contextmanager
    def _connection(self) -> Generator[sqlite3.Connection]:
        try:
            self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            with closing(
                sqlite3.connect(self._path, timeout=_BUSY_TIMEOUT_S, isolation_level=None)
            ) as connection:
                connection.execute(_SCHEMA)
                yield connection
        except (sqlite3.Error, OSError) as error:
            raise StoreError(
                f"the store `{self._path}` cannot be used: {error}",
                hint="check the file and its folder; deleting the file forgets what it holds",
            ) from error
