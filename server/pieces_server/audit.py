"""The audit log: who changed what, and when."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from sqlalchemy import insert

from .database.identifiers import now
from .database.tables import audit

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from pieces_framework.wire import JsonValue


@dataclass(frozen=True, kw_only=True)
class Actor:
    """Who changes something."""

    name: str
    """The name of an API key; for what happens without one, what did it."""
    key_id: str | None = None
    request_id: str | None = None


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
        details: more of it, without secrets.
    """
    row = {
        "created": now(),
        "action": action,
        "subject": subject,
        "details": details,
        "actor_id": actor.key_id,
        "actor_name": actor.name,
        "request_id": actor.request_id,
    }
    connection.execute(insert(audit).values(row))
