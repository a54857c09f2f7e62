"""What is kept of a key, and shown to administrators."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from pieces_server.database.tables import api_keys

from .scopes import Scope

if TYPE_CHECKING:
    from sqlalchemy import Row

    from pieces_framework.wire import JsonValue

MAX_NAME_CHARACTERS: Final = 100
SHOWN_COLUMNS: Final = tuple(each for each in api_keys.c if each is not api_keys.c.sha256)


@dataclass(frozen=True, kw_only=True)
class KeyEntry:
    """All that is kept of a key, except what recognises it. Times are in the API's form."""

    id: str
    name: str
    last_4: str
    created: str
    scope: Scope
    expires: str | None
    revoked: str | None
    last_used: str | None

    def opens_at(self, moment: str) -> bool:
        """Whether the key may be used at a time."""
        return self.revoked is None and (self.expires is None or self.expires > moment)

    def wire(self) -> dict[str, JsonValue]:
        """Return the key as the API has it."""
        return {
            "id": self.id,
            "created": self.created,
            "updated": self.revoked or self.created,
            "displayName": self.name,
            "truncatedValue": self.last_4,
            "scope": self.scope.value,
            "expires": self.expires,
            "revoked": self.revoked,
            "lastUsedAt": self.last_used,
        }


def entry_of(row: Row[Any]) -> KeyEntry:  # a row of any query with the `SHOWN_COLUMNS`
    """Return a row of the table as an entry."""
    columns = {column.name: getattr(row, column.name) for column in SHOWN_COLUMNS}
    return KeyEntry(**{**columns, "scope": Scope(row.scope)})


def key_name(text: str) -> str:
    """Return the name of a key without space around it.

    Raises:
        ValueError: if it is empty, too long, or would steer the terminal that shows it.
    """
    name = text.strip()
    if not name or len(name) > MAX_NAME_CHARACTERS or not name.isprintable():
        raise ValueError(f"a name has 1 to {MAX_NAME_CHARACTERS} characters, all of them printable")
    return name
