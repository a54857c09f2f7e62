"""API keys: made, stored as hashes, and recognised."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from sqlalchemy import func, insert, select

from pieces_server.audit import record
from pieces_server.database.identifiers import new_id, now, random_text
from pieces_server.database.tables import api_keys

if TYPE_CHECKING:
    from collections.abc import Callable

    from pieces_server.audit import Actor
    from pieces_server.database import Database


class Scope(StrEnum):
    """What a key lets its bearer do. Each includes the ones before it."""

    READ = "read"
    PUBLISH = "publish"
    ADMIN = "admin"

    def includes(self, other: Scope) -> bool:
        """Whether who has this scope has `other` as well."""
        order = list(Scope)
        return order.index(self) >= order.index(other)


@dataclass(frozen=True, kw_only=True)
class ApiKey:
    """A key that may be used now."""

    id: str
    name: str
    scope: Scope


class ApiKeys:
    """The keys of an instance."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def create(
        self, name: str, show: Callable[[str], object], *, scope: Scope, actor: Actor
    ) -> None:
        """Make a key, show it, and store its hash: it cannot be shown again.

        Args:
            name: what the key is for.
            show: is given the key. If it raises, no key is made: nobody would have it.
            scope: what it lets its bearer do.
            actor: who makes it.
        """
        key = "sk-" + random_text(61)
        row = {
            "id": new_id(),
            "name": name,
            "sha256": _sha256(key),
            "last_4": key[-4:],
            "created": now(),
            "scope": scope.value,
        }
        with self._database.writing() as connection:
            connection.execute(insert(api_keys).values(row))
            record(connection, actor, "key.create", name, key_id=row["id"], scope=scope.value)
            show(key)

    def any_exist(self) -> bool:
        """Whether any key was ever made."""
        with self._database.reading() as connection:
            return bool(connection.scalar(select(func.count()).select_from(api_keys)))

    def find(self, key: str) -> ApiKey | None:
        """Return the key with that text, if it may be used now."""
        wanted = _sha256(key)
        with self._database.reading() as connection:
            row = connection.execute(select(api_keys).where(api_keys.c.sha256 == wanted)).first()
        if row is None or not hmac.compare_digest(row.sha256, wanted):
            return None
        return ApiKey(id=row.id, name=row.name, scope=Scope(row.scope))


def _sha256(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()
