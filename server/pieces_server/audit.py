"""The audit log: who changed what, and when."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from sqlalchemy import func, insert, select

from pieces_framework.wire import document

from .database.identifiers import now
from .database.tables import audit
from .paging import Page, PageRequest, read_page

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from pieces_framework.wire import JsonValue

    from .database import Database


@dataclass(frozen=True, kw_only=True)
class Actor:
    """Who changes something."""

    name: str
    """The name of an API key; for what happens without one, what did it."""
    key_id: str | None = None
    request_id: str | None = None


@dataclass(frozen=True, kw_only=True)
class AuditFilter:
    """Which entries are wanted; what is `None` does not matter."""

    action: str | None = None
    subject: str | None = None
    """The whole subject, or its first word: `piece-gelato` finds each of its versions."""
    since: str | None = None
    """A time in the API's form, the first that counts."""
    until: str | None = None
    """The first that does not."""


COMMAND_LINE: Final = Actor(name="(command line)")
INSTANCE: Final = Actor(name="(instance)")


def record(
    connection: Connection, actor: Actor, action: str, subject: str, **details: JsonValue
) -> None:
    """Write an entry, in the transaction of the change that it tells of.

    Args:
        connection: that transaction.
        actor: who did it.
        action: what was done, such as `piece.publish`.
        subject: to what, such as `piece-gelato 0.1.0`.
        details: more of it, without secrets; those that are `None` are left out.
    """
    row = {
        "created": now(),
        "action": action,
        "subject": subject,
        "details": document(**details),
        "actor_id": actor.key_id,
        "actor_name": actor.name,
        "request_id": actor.request_id,
    }
    connection.execute(insert(audit), row)


def read_log(database: Database, wanted: PageRequest, only: AuditFilter) -> Page:
    """Return some of the entries, the newest first: rows of the table `audit`."""
    query = select(audit)
    if only.action is not None:
        query = query.where(audit.c.action == only.action)
    if only.subject is not None:
        start = only.subject + " "
        # No LIKE: SQLite's does not mind the case of letters, PostgreSQL's does.
        begins = func.substr(audit.c.subject, 1, len(start)) == start
        query = query.where((audit.c.subject == only.subject) | begins)
    if only.since is not None:
        query = query.where(audit.c.created >= only.since)
    if only.until is not None:
        query = query.where(audit.c.created < only.until)
    with database.reading() as connection:
        # Its numbers grow in the order of the changes, but for changes at the same moment.
        return read_page(connection, query, (audit.c.id,), wanted)
