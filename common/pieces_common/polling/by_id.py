"""The strategy `LAST_ITEM`: new is what comes before the newest item of the last poll.

One value is kept in the store: `lastItem`, an item's id.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, TypeVar, cast

from pieces_framework import AuthorCodeError, JsonValue, PollingTriggerContext
from pieces_framework.javascript import is_finite

from .declaration import IdentifiedItem, Polling
from .items import Reading, check_kind, fetch_items, polling_context
from .shown import shown

AuthT = TypeVar("AuthT")
PropsT = TypeVar("PropsT")

LAST_ITEM: Final = "lastItem"


async def enable(
    polling: Polling[AuthT, PropsT], context: PollingTriggerContext[AuthT, PropsT]
) -> None:
    """Take the newest item for the checkpoint, unless the flow is published again and has one."""
    if context.is_republish and await context.store.get(LAST_ITEM, object) is not None:
        return
    items = await fetch_items(
        polling, polling_context(context), Reading(IdentifiedItem, at_most=1), or_none=True
    )
    check_kind(items[:1], IdentifiedItem)
    if items and items[0].id is not None:
        await context.store.put(LAST_ITEM, items[0].id)
    else:
        await context.store.delete(LAST_ITEM)


async def poll(
    polling: Polling[AuthT, PropsT],
    context: PollingTriggerContext[AuthT, PropsT],
    max_items: object,
) -> list[object]:
    """Return the data of what is before the checkpoint, and move it to the first of these."""
    limit = _whole_limit(max_items)
    # The store holds JSON and nothing else.
    stored = cast("JsonValue", await context.store.get(LAST_ITEM, object))
    items = await fetch_items(
        polling,
        polling_context(context, last_item_id=stored),
        Reading(IdentifiedItem, is_last=lambda item: _is_same(item.id, stored)),
    )
    try:
        new = _before(items, stored)
    except AttributeError:  # to check each item of a long list beforehand costs as much again
        check_kind(items, IdentifiedItem)
        raise
    delivered = new[-limit:] if limit else new
    if delivered and (newest := items[len(new) - len(delivered)].id) is not None:
        await context.store.put(LAST_ITEM, newest)
    return delivered


def _whole_limit(max_items: object) -> int:
    """Return how many items a poll may deliver; 0 for all of them."""
    if max_items is None:
        return 0
    if isinstance(max_items, int | float) and is_finite(max_items):
        return int(max_items)
    raise AuthorCodeError(
        f"`max_items_to_poll` is {shown(max_items)}, not a number",
        hint="give a whole number, or `None` to deliver all items",
    )


def _before(items: Sequence[IdentifiedItem], checkpoint: JsonValue) -> list[object]:
    """Return the data of the items before the first with the checkpoint's id; all if none has it.

    It is one pass, as lists may be long.
    """
    new: list[object] = []
    for item in items:
        if item.id == checkpoint and _is_same(item.id, checkpoint):
            break
        new.append(item.data)
    return new


def _is_same(item_id: JsonValue, checkpoint: JsonValue) -> bool:
    """Equal in the way of JSON: to Python `True` is `1` and `False` is `0`."""
    return (
        isinstance(checkpoint, str | int | float)
        and item_id == checkpoint
        and isinstance(item_id, bool) is isinstance(checkpoint, bool)
    )
