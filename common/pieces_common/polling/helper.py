"""Runs a polling trigger's hooks: `from pieces_common import polling_helper`.

One value is kept in the store, under the flow: `lastPoll` or `lastItem`. A poll stores it before
it returns, so an item is delivered at most once. A trigger that fails in a poll keeps the value,
and the next poll begins where the failed one did.

Source: product documentation, "Polling Trigger".
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Final, TypeVar, cast

from pieces_framework import AuthorCodeError, FatalError, JsonValue, PollingTriggerContext
from pieces_framework.javascript import is_finite, js_number

from .declaration import DedupeStrategy, IdentifiedItem, Polling, PollingContext, TimedItem
from .items import fetch_items

AuthT = TypeVar("AuthT")
PropsT = TypeVar("PropsT")

LAST_POLL: Final = "lastPoll"
"""Store key of `TIMEBASED`: epoch milliseconds."""
LAST_ITEM: Final = "lastItem"
"""Store key of `LAST_ITEM`: an item's id."""
TEST_ITEMS: Final = 5
_SHOWN_CHARACTERS: Final = 80
"""How much of a value an error repeats."""


async def on_enable(
    polling: Polling[AuthT, PropsT],
    context: PollingTriggerContext[AuthT, PropsT],
    *,
    now_ms: int | None = None,
) -> None:
    """Set the checkpoint, so that what exists already is not new.

    By time it is now; by id it is the newest item's, or none if there is no item yet. When a flow
    that was on is published again, a checkpoint that is there stays, and nothing is missed.

    Args:
        polling: the trigger's strategy and items.
        context: the hook's own context.
        now_ms: epoch milliseconds to take for now; the machine's clock if not given.
    """
    by_time = polling.strategy is DedupeStrategy.TIMEBASED
    key = LAST_POLL if by_time else LAST_ITEM
    if context.is_republish and await context.store.get(key, object) is not None:
        return
    if by_time:
        await context.store.put(key, time.time_ns() // 1_000_000 if now_ms is None else now_ms)
        return
    items = await fetch_items(polling, _context(context), IdentifiedItem, or_none=True)
    if items and items[0].id is not None:
        await context.store.put(key, items[0].id)
    else:
        await context.store.delete(key)


async def on_disable(
    polling: Polling[AuthT, PropsT],
    context: PollingTriggerContext[AuthT, PropsT],
) -> None:
    """Do nothing: the checkpoint stays until the trigger is enabled again."""


async def poll(
    polling: Polling[AuthT, PropsT],
    context: PollingTriggerContext[AuthT, PropsT],
    *,
    max_items_to_poll: int | None = None,
) -> list[object]:
    """Return the data of what is new, in the order the items came, and move the checkpoint.

    Args:
        polling: the trigger's strategy and items.
        context: the hook's own context.
        max_items_to_poll: with `LAST_ITEM`, how many of the new items to deliver, oldest first;
            later polls deliver the rest. A negative number leaves out that many of the newest. 0
            or `None` delivers all, and so does `TIMEBASED` always. A fraction is cut off.

    Raises:
        FatalError: if the trigger was never enabled.
        AuthorCodeError: if `items` gave what is not an item of the strategy, or a time that is
            no number; or if `max_items_to_poll` is no number. The checkpoint then stays.
    """
    if polling.strategy is DedupeStrategy.TIMEBASED:
        return await _poll_by_time(polling, context)
    return await _poll_by_id(polling, context, _maximum(max_items_to_poll))


async def test(
    polling: Polling[AuthT, PropsT], context: PollingTriggerContext[AuthT, PropsT]
) -> list[object]:
    """Return the data of the first five items, new or not; the store is neither read nor changed.

    Raises:
        AuthorCodeError: if `items` gave what is not an item of the strategy.
    """
    by_time = polling.strategy is DedupeStrategy.TIMEBASED
    items = (
        await fetch_items(polling, _context(context), TimedItem)
        if by_time
        else await fetch_items(polling, _context(context), IdentifiedItem)
    )
    return [item.data for item in items[:TEST_ITEMS]]


async def _poll_by_time(
    polling: Polling[AuthT, PropsT], context: PollingTriggerContext[AuthT, PropsT]
) -> list[object]:
    stored = await context.store.get(LAST_POLL, object)
    if stored is None:
        # Flows and tests of the original system know this text.
        raise FatalError(
            "lastPoll doesn't exist in the store.", hint="enable the trigger before it is polled"
        )
    checkpoint = _finite(stored)
    if checkpoint is None:
        raise FatalError(
            f"store key `{LAST_POLL}` holds {_shown(stored)}, not epoch milliseconds",
            hint="enable the trigger again",
        )
    items = await fetch_items(polling, _context(context, last_fetch_epoch_ms=checkpoint), TimedItem)
    times = _times(items)
    await context.store.put(LAST_POLL, max([checkpoint, *times]))
    return [item.data for item, epoch_ms in zip(items, times, strict=True) if epoch_ms > checkpoint]


async def _poll_by_id(
    polling: Polling[AuthT, PropsT],
    context: PollingTriggerContext[AuthT, PropsT],
    max_items: int,
) -> list[object]:
    # The store holds JSON and nothing else.
    stored = cast("JsonValue", await context.store.get(LAST_ITEM, object))
    items = await fetch_items(polling, _context(context, last_item_id=stored), IdentifiedItem)
    new = items[: _position(items, stored)]
    if max_items:
        new = new[-max_items:]
    if new and new[0].id is not None:
        await context.store.put(LAST_ITEM, new[0].id)
    return [item.data for item in new]


def _position(items: Sequence[IdentifiedItem], checkpoint: JsonValue) -> int:
    """Where the first item with the checkpoint's id is; at the end if nowhere."""
    if not isinstance(checkpoint, str | int | float):
        return len(items)
    # Equal in the way of JSON: to Python `True` is `1` and `False` is `0`.
    is_bool = isinstance(checkpoint, bool)
    for index, item in enumerate(items):
        if item.id == checkpoint and isinstance(item.id, bool) is is_bool:
            return index
    return len(items)


def _maximum(value: object) -> int:
    if value is None:
        return 0
    if isinstance(value, int | float) and is_finite(value):
        return int(value)
    raise AuthorCodeError(
        f"`max_items_to_poll` is {_shown(value)}, not a number",
        hint="give a whole number, or `None` to deliver all items",
    )


def _times(items: Sequence[TimedItem]) -> list[int | float]:
    whole = [item.epoch_ms for item in items if type(item.epoch_ms) is int]
    if len(whole) == len(items) and is_finite(max(whole, default=0)):
        return [*whole]  # nothing to convert or refuse in a long list
    return [_time(item, index) for index, item in enumerate(items)]


def _time(item: TimedItem, index: int) -> int | float:
    epoch_ms = _finite(item.epoch_ms)
    if epoch_ms is None:
        raise AuthorCodeError(
            f"item {index} of the trigger's items has `epoch_ms` {_shown(item.epoch_ms)}, "
            "not a number",
            hint="give each item the milliseconds since 1970, UTC, at which it was created",
        )
    return epoch_ms


def _finite(value: object) -> int | float | None:
    if isinstance(value, str):
        return js_number(value)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return value if is_finite(value) else None


def _shown(value: object) -> str:
    if isinstance(value, int) and not is_finite(value):
        return f"an int of {value.bit_length()} bits"  # Python may refuse to write out its digits
    text = repr(value)
    return text if len(text) <= _SHOWN_CHARACTERS else f"{text[: _SHOWN_CHARACTERS - 3]}..."


def _context(
    context: PollingTriggerContext[AuthT, PropsT],
    *,
    last_fetch_epoch_ms: float = 0,
    last_item_id: JsonValue = None,
) -> PollingContext[AuthT, PropsT]:
    return PollingContext(
        auth=context.auth,
        props_value=context.props_value,
        store=context.store,
        files=context.files,
        connections=context.connections,
        flows=context.flows,
        project=context.project,
        server=context.server,
        step=context.step,
        is_republish=context.is_republish,
        schedule=context.schedule,
        last_fetch_epoch_ms=last_fetch_epoch_ms,
        last_item_id=last_item_id,
    )
