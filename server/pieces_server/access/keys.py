"""API keys: made, stored as hashes, recognised, and revoked."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from sqlalchemy import bindparam, func, insert, or_, select, update

from pieces_server.audit import record
from pieces_server.database.identifiers import new_id, now, random_text, timestamp
from pieces_server.database.lookup import Lookup
from pieces_server.database.tables import api_keys
from pieces_server.paging import Page, PageRequest, read_page

from .errors import KeyConflictError, KeyNotFoundError, RefusedKeyError
from .key_entry import SHOWN_COLUMNS, KeyEntry, entry_of
from .last_use import LastUse
from .scopes import Scope

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import ColumnElement, Connection, Select

    from pieces_server.audit import Actor
    from pieces_server.database import Database

# Typed by hand: the types of columns do not say which may be null.
_BY_HASH: Final[Select[str, str, str, str | None, str | None]] = select(
    api_keys.c.id,
    api_keys.c.name,
    api_keys.c.scope,
    api_keys.c.expires,
    api_keys.c.revoked,
).where(api_keys.c.sha256 == bindparam("wanted"))


@dataclass(frozen=True, kw_only=True)
class ApiKey:
    """A key that may be used now."""

    id: str
    name: str
    scope: Scope


class ApiKeys:
    """The keys of an instance.

    Every use asks the database, so a key that any process revokes is worth nothing from then on.

    Args:
        database: where they are.
        clock: the present time in the API's form.
    """

    def __init__(self, database: Database, clock: Callable[[], str] = now) -> None:
        self._database = database
        self._clock = clock
        self._by_hash = Lookup(database, _BY_HASH)
        self.last_use = LastUse(database)

    def create(
        self,
        name: str,
        show: Callable[[str], object],
        *,
        scope: Scope,
        actor: Actor,
        expires: datetime | None = None,
    ) -> KeyEntry:
        """Make a key, show it, and store its hash: it cannot be shown again.

        Args:
            name: what the key is for; `key_entry.key_name` has looked at it.
            show: is given the key. If it raises, no key is made: nobody would have it.
            scope: what it lets its bearer do.
            actor: who makes it.
            expires: an aware time, from which on it opens nothing.
        """
        with self._database.writing() as connection:
            return self._insert(connection, name, show, scope=scope, actor=actor, expires=expires)

    def create_first(self, name: str, show: Callable[[str], object], *, actor: Actor) -> bool:
        """Make a key for an administrator unless there are keys, also if several processes try.

        Returns:
            Whether it was made.
        """
        with self._database.alone() as connection:
            if connection.scalar(select(func.count()).select_from(api_keys)):
                return False
            self._insert(connection, name, show, scope=Scope.ADMIN, actor=actor, expires=None)
            return True

    def find(self, key: str) -> ApiKey:
        """Return the key with that text.

        Raises:
            RefusedKeyError: if it may not be used now.
        """
        # Not a hash that is slow on purpose: that protects what people choose, and these are 61
        # random characters, which nobody finds by trying however fast each try is. For the same
        # reason the lookup may take longer for a hash that begins as a stored one does: nobody
        # finds a key by the beginning of its hash.
        row = self._by_hash.first(wanted=digest(key))
        if row is None:
            raise RefusedKeyError("invalid api key", known=False)
        key_id, name, scope, expires, revoked = row
        if revoked is not None:
            raise RefusedKeyError(f"the api key was revoked at {revoked}", known=True)
        if expires is not None and expires <= self._clock():
            raise RefusedKeyError(f"the api key expired at {expires}", known=True)
        self.last_use.note(key_id)
        return ApiKey(id=key_id, name=name, scope=Scope(scope))

    def entries(self) -> Sequence[KeyEntry]:
        """Return all keys, the newest first."""
        query = select(*SHOWN_COLUMNS).order_by(api_keys.c.created.desc(), api_keys.c.id.desc())
        with self._database.reading() as connection:
            return [entry_of(row) for row in connection.execute(query)]

    def page(self, wanted: PageRequest) -> Page:
        """Return some of all keys, the newest first; `entry_of` reads the rows."""
        with self._database.reading() as connection:
            order = (api_keys.c.created, api_keys.c.id)
            return read_page(connection, select(*SHOWN_COLUMNS), order, wanted)

    def entry(self, key_id: str) -> KeyEntry:
        """Return the key with that id.

        Raises:
            KeyNotFoundError: if there is none.
        """
        with self._database.reading() as connection:
            return _entry(connection, key_id)

    def identify(self, id_or_name: str) -> KeyEntry:
        """Return the key with that id; or with that name, if only one that is not revoked has it.

        Raises:
            KeyNotFoundError: if there is none.
            KeyConflictError: if several have the name.
        """
        wanted = or_(api_keys.c.id == id_or_name, api_keys.c.name == id_or_name)
        with self._database.reading() as connection:
            found = _entries(connection, wanted)
        by_id = [each for each in found if each.id == id_or_name]
        in_use = [each for each in found if each.revoked is None]
        for choice in (by_id, in_use, found):
            if len(choice) == 1:
                return choice[0]
        if not found:
            raise KeyNotFoundError(
                f"no api key has the id or name {id_or_name!r}", hint="`keys list` shows them"
            )
        ids = ", ".join(each.id for each in in_use or found)
        raise KeyConflictError(
            f"several api keys are called {id_or_name!r}: {ids}", hint="name one by its id"
        )

    def revoke(self, key_id: str, *, actor: Actor, even_last: bool = False) -> KeyEntry:
        """Make a key open nothing from now on, for good. One that is revoked stays as it is.

        Args:
            key_id: its id.
            actor: who revokes it.
            even_last: whether it may be the last key that lets anybody administer the instance.

        Raises:
            KeyNotFoundError: if there is no such key.
            KeyConflictError: if it is the last for administrators.
        """
        moment = self._clock()
        with self._database.alone() as connection:
            key = _entry(connection, key_id)
            if key.revoked is not None:
                return key
            if not even_last:
                _require_other_admin(connection, key, moment)
            connection.execute(
                update(api_keys).where(api_keys.c.id == key_id).values(revoked=moment)
            )
            record(connection, actor, "key.revoke", key.name, key_id=key.id)
            return replace(key, revoked=moment)

    def _insert(
        self,
        connection: Connection,
        name: str,
        show: Callable[[str], object],
        *,
        scope: Scope,
        actor: Actor,
        expires: datetime | None,
    ) -> KeyEntry:
        key = "sk-" + random_text(61)
        entry = KeyEntry(
            id=new_id(),
            name=name,
            last_4=key[-4:],
            created=self._clock(),
            scope=scope,
            expires=None if expires is None else timestamp(expires),
            revoked=None,
            last_used=None,
        )
        row = {**vars(entry), "scope": scope.value, "sha256": digest(key)}
        connection.execute(insert(api_keys).values(row))
        record(
            connection,
            actor,
            "key.create",
            name,
            key_id=entry.id,
            scope=scope.value,
            expires=entry.expires,
        )
        show(key)
        return entry


def digest(key: str) -> str:
    """Return what stands for a key where it must not be kept."""
    return hashlib.sha256(key.encode()).hexdigest()


def _entry(connection: Connection, key_id: str) -> KeyEntry:
    if "\0" not in key_id:  # PostgreSQL takes none, and no id has one
        for found in _entries(connection, api_keys.c.id == key_id):
            return found
    raise KeyNotFoundError(f"no api key has the id {key_id!r}")


def _entries(connection: Connection, wanted: ColumnElement[bool]) -> Sequence[KeyEntry]:
    return [entry_of(row) for row in connection.execute(select(*SHOWN_COLUMNS).where(wanted))]


def _require_other_admin(connection: Connection, key: KeyEntry, moment: str) -> None:
    admins = _entries(connection, api_keys.c.scope == Scope.ADMIN.value)
    if [each.id for each in admins if each.opens_at(moment)] == [key.id]:
        raise KeyConflictError(
            f"{key.name!r} is the last api key with the scope `{Scope.ADMIN}`",
            hint="make another first: `keys create --scope admin`; or see `keys revoke --help`",
        )
