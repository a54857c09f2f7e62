"""The times of items, as authors and services write them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import cast

from pieces_framework import AuthorCodeError
from pieces_framework.javascript import is_finite, js_number

from .declaration import LedgerItem, TimedItem
from .shown import shown


def stamps_of(items: Sequence[TimedItem | LedgerItem]) -> list[int | float]:
    """Return the epoch milliseconds of each item.

    Raises:
        AuthorCodeError: if one is no number; it names the item's place.
    """
    given = [item.epoch_ms for item in items]
    if set(map(type, given)) == {int}:
        whole = cast("list[int | float]", given)  # as the line above has found
        if is_finite(max(whole)):
            return whole  # nothing to convert or refuse in a long list
    return [stamp_of(item, items) for item in items]


def stamp_of(item: TimedItem | LedgerItem, items: Sequence[object]) -> int | float:
    """Return the epoch milliseconds of one of `items`.

    Raises:
        AuthorCodeError: if it is no number; it names the item's place.
    """
    stamp = finite(item.epoch_ms)
    if stamp is None:
        index = next(index for index, each in enumerate(items) if each is item)
        raise AuthorCodeError(
            f"item {index} of the trigger's items has `epoch_ms` {shown(item.epoch_ms)}, "
            "not a number",
            hint="give each item the milliseconds since 1970, UTC, at which it was created",
        )
    return stamp


def reaches(limit_ms: float) -> Callable[[TimedItem | LedgerItem], bool]:
    """Return what tells whether an item is no later than `limit_ms`, or has no time at all.

    Reading ends at either: an item without a time is refused once it is over.
    """

    def is_reached(item: TimedItem | LedgerItem) -> bool:
        epoch_ms = finite(item.epoch_ms)
        return epoch_ms is None or epoch_ms <= limit_ms

    return is_reached


def finite(value: object) -> int | float | None:
    """Return `value` as the finite number that it is or, as text, writes; else `None`."""
    if isinstance(value, str):
        return js_number(value)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return value if is_finite(value) else None
