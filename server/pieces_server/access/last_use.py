"""When each key was last used: noted beside the requests, which never wait for it or fail by it."""

from __future__ import annotations

import logging
import queue
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

from sqlalchemy import bindparam, or_, update
from sqlalchemy.exc import SQLAlchemyError

from pieces_server.database.identifiers import timestamp
from pieces_server.database.tables import api_keys
from pieces_server.database.unavailable import DatabaseUnavailableError

if TYPE_CHECKING:
    from pieces_server.database import Database

INTERVAL_S: Final = 60
_NOTE: Final = (
    update(api_keys)
    .where(api_keys.c.id == bindparam("key_id"))
    # Another process may have noted it. A note from later than now is of a clock that was wrong.
    .where(
        or_(
            api_keys.c.last_used.is_(None),
            api_keys.c.last_used < bindparam("due"),
            api_keys.c.last_used > bindparam("moment"),
        )
    )
    .values(last_used=bindparam("moment"))
)
_logger = logging.getLogger(__name__)


class LastUse:
    """Notes the use of keys, of each at most once a minute, in a thread of its own.

    Args:
        database: where. If it cannot be written now, a use stays without a note.
        clock: seconds that only ever grow.
    """

    def __init__(self, database: Database, clock: Callable[[], float] = time.monotonic) -> None:
        self._database = database
        self._clock = clock
        self._lock = threading.Lock()
        self._noted_s: dict[str, float] = {}
        self._used: queue.Queue[str] = queue.Queue()
        self._writer: threading.Thread | None = None

    def note(self, key_id: str) -> None:
        """Have the use of a key noted soon, unless that was done within the last minute."""
        now = self._clock()
        if now - self._noted_s.get(key_id, -INTERVAL_S) < INTERVAL_S:
            return
        with self._lock:
            if now - self._noted_s.get(key_id, -INTERVAL_S) < INTERVAL_S:
                return
            self._noted_s[key_id] = now
            if self._writer is None:
                # A daemon: a database that is locked must not keep the process from ending.
                self._writer = threading.Thread(target=self._write, name="last-use", daemon=True)
                self._writer.start()
        self._used.put(key_id)

    def wait(self) -> None:
        """Wait until every use so far is written, or could not be."""
        self._used.join()

    def _write(self) -> None:
        while True:
            used = [self._used.get()]
            while not self._used.empty():
                used.append(self._used.get())
            try:
                self._write_down(set(used))
            # Locked, read-only or gone: a later use tries again.
            except (SQLAlchemyError, DatabaseUnavailableError) as error:
                _logger.warning("cannot note the last use of api keys: %s", type(error).__name__)
            for _ in used:
                self._used.task_done()

    def _write_down(self, used: set[str]) -> None:
        moment = datetime.now(UTC)
        times = {
            "moment": timestamp(moment),
            "due": timestamp(moment - timedelta(seconds=INTERVAL_S)),
        }
        with self._database.writing() as connection:
            # In one order everywhere, so that two processes cannot wait for each other.
            connection.execute(_NOTE, [{"key_id": each, **times} for each in sorted(used)])
