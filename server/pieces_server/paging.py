"""Pages of long lists, the newest first: where one ends, the next begins, whatever was added.

A page is asked for by a cursor, which names the entry that it comes after or before. Clients take
cursors from answers and look at nothing in them.
"""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from pydantic import ConfigDict, TypeAdapter
from sqlalchemy import tuple_

if TYPE_CHECKING:
    from sqlalchemy import Column, Connection, Row, Select

Position: TypeAlias = tuple[int | str, ...]
"""The values of an entry in the columns that order the list."""

DEFAULT_ENTRIES: Final = 10
MAX_ENTRIES: Final = 100
_NEXT: Final = "next_"
_PREVIOUS: Final = "prev_"
_VALUES: Final = TypeAdapter(list[int | str], config=ConfigDict(strict=True))
_MAX_TEXT: Final = 64
_MAX_NUMBER: Final = 2**63
"""What the databases' columns can be compared with."""


@dataclass(frozen=True, kw_only=True)
class Cursor:
    """The place in a list at which a page ends or begins."""

    position: Position
    forwards: bool
    """Whether the page is the one after `position`, or before."""

    @staticmethod
    def parse(text: str, kinds: Sequence[type[int | str]]) -> Cursor:
        """Read a cursor.

        Args:
            text: what an answer had as `next` or `previous`.
            kinds: the types of the values that order the list.

        Raises:
            ValueError: if it is no cursor of such a list.
        """
        decoded = urlsafe_b64decode(text.encode("ascii")).decode()
        prefix, values = decoded[: len(_NEXT)], _VALUES.validate_json(decoded[len(_NEXT) :])
        if prefix not in {_NEXT, _PREVIOUS}:
            raise ValueError("no cursor")
        if [type(each) for each in values] != list(kinds) or not all(map(_comparable, values)):
            raise ValueError("a cursor of another list")
        return Cursor(position=tuple(values), forwards=prefix == _NEXT)

    def __str__(self) -> str:
        """Return what `parse` reads."""
        text = (_NEXT if self.forwards else _PREVIOUS) + json.dumps(self.position)
        return urlsafe_b64encode(text.encode()).decode()


@dataclass(frozen=True, kw_only=True)
class PageRequest:
    """Which page of a list is wanted: without a cursor, the first."""

    limit: int = DEFAULT_ENTRIES
    cursor: Cursor | None = None


@dataclass(frozen=True, kw_only=True)
class Page:
    """A page, and the cursors of its neighbours."""

    rows: Sequence[Row[Any]]  # their columns are those of the query
    next: str | None
    previous: str | None


def read_page(
    connection: Connection,
    query: Select[Any],
    order: Sequence[Column[Any]],
    wanted: PageRequest,
) -> Page:
    """Read a page of a query's rows.

    Args:
        connection: for reading.
        query: without an order of its own; its columns include those of `order`.
        order: columns that tell all rows apart; the highest values come first.
        wanted: which page.
    """
    cursor = wanted.cursor
    forwards = cursor is None or cursor.forwards
    if cursor is not None:
        here, edge = tuple_(*order), tuple_(*cursor.position)
        query = query.where(here < edge if forwards else here > edge)
    sorting = [column.desc() if forwards else column.asc() for column in order]
    found = connection.execute(query.order_by(*sorting).limit(wanted.limit + 1)).all()
    more, rows = len(found) > wanted.limit, list(found[: wanted.limit])
    if not forwards:
        rows.reverse()
    has_next = bool(rows) and (more or not forwards)
    has_previous = bool(rows) and (more if not forwards else cursor is not None)
    return Page(
        rows=rows,
        next=_cursor(rows[-1], order, forwards=True) if has_next else None,
        previous=_cursor(rows[0], order, forwards=False) if has_previous else None,
    )


def _comparable(value: int | str) -> bool:
    if isinstance(value, int):
        return 0 <= value < _MAX_NUMBER
    return len(value) <= _MAX_TEXT and value.isascii() and value.isprintable()


def _cursor(row: Row[Any], order: Sequence[Column[Any]], *, forwards: bool) -> str:
    values = tuple(getattr(row, column.name) for column in order)
    return str(Cursor(position=values, forwards=forwards))
