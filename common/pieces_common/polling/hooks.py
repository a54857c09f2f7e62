"""Runs a polling trigger's hooks: `from pieces_common import polling_helper`.

One value is kept in the store, under the flow: `lastPoll`, `lastItem` or `ledger`. A poll stores
it before it returns, so an item is delivered at most once. A trigger that fails in a poll keeps the
value, and the next poll begins where the failed one did.

Source: product documentation, "Polling Trigger".
"""

from __future__ import annotations

import time
from typing import Final, TypeVar

from pieces_framework import PollingTriggerContext

from . import by_id, by_ledger, by_time
from .declaration import DedupeStrategy, IdentifiedItem, LedgerItem, Polling, TimedItem
from .item_ids import digest_of
from .items import Reading, check_kind, fetch_items, polling_context
from .order import check_order
from .stamps import stamps_of

AuthT = TypeVar("AuthT")
PropsT = TypeVar("PropsT")

TEST_ITEMS: Final = 5
_KINDS: Final = {
    DedupeStrategy.TIMEBASED: TimedItem,
    DedupeStrategy.LAST_ITEM: IdentifiedItem,
    DedupeStrategy.LEDGER: LedgerItem,
}


async def on_enable(
    polling: Polling[AuthT, PropsT],
    context: PollingTriggerContext[AuthT, PropsT],
    *,
    now_ms: int | None = None,
) -> None:
    """Set the checkpoint, so that what exists already is not new.

    By time it is now; by id it is the newest item's, or none if there is no item yet; a ledger
    holds all items that are listed. When a flow that was on is published again, a checkpoint that
    is there stays, and nothing is missed.

    Args:
        polling: the trigger's strategy and items.
        context: the hook's own context.
        now_ms: epoch milliseconds to take for now; the machine's clock if not given.
    """
    now_ms = _now_ms() if now_ms is None else now_ms
    match polling.strategy:
        case DedupeStrategy.TIMEBASED:
            await by_time.enable(context, now_ms)
        case DedupeStrategy.LAST_ITEM:
            await by_id.enable(polling, context)
        case DedupeStrategy.LEDGER:
            await by_ledger.enable(polling, context, now_ms)


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
    now_ms: int | None = None,
) -> list[object]:
    """Return the data of what is new, in the order the items came, and move the checkpoint.

    Args:
        polling: the trigger's strategy and items.
        context: the hook's own context.
        max_items_to_poll: with `LAST_ITEM`, how many of the new items to deliver, oldest first;
            later polls deliver the rest. A negative number leaves out that many of the newest. 0
            or `None` delivers all, and so do the other strategies always. A fraction is cut off.
        now_ms: epoch milliseconds to take for now, with `LEDGER`; the machine's clock if not given.

    Raises:
        FatalError: if the trigger was never enabled, or if what is stored is no checkpoint; not
            with `LAST_ITEM`, which then delivers all.
        AuthorCodeError: if `items` gave what is not an item of the strategy, a time that is no
            number, or with `LEDGER` an id that is neither text nor a number, or more items in the
            future than it remembers; or if `max_items_to_poll` is no number, with `LAST_ITEM`. The
            checkpoint then stays.
        StoreError: if the store does not take the new checkpoint; the old one stays.
    """
    match polling.strategy:
        case DedupeStrategy.TIMEBASED:
            return await by_time.poll(polling, context)
        case DedupeStrategy.LAST_ITEM:
            return await by_id.poll(polling, context, max_items_to_poll)
        case DedupeStrategy.LEDGER:
            # Before the fetch: what the service lists meanwhile must not seem late.
            return await by_ledger.poll(polling, context, _now_ms() if now_ms is None else now_ms)


async def test(
    polling: Polling[AuthT, PropsT], context: PollingTriggerContext[AuthT, PropsT]
) -> list[object]:
    """Return the data of the first five items, new or not; the store is neither read nor changed.

    Raises:
        AuthorCodeError: if `items` gave what a poll would refuse, or another order than was
            promised.
    """
    kind: type[TimedItem | IdentifiedItem | LedgerItem] = _KINDS[polling.strategy]
    reading = Reading(kind, at_most=TEST_ITEMS)
    items = await fetch_items(polling, polling_context(context), reading)
    check_kind(items, kind)
    items = items[:TEST_ITEMS]
    stamped = [each for each in items if not isinstance(each, IdentifiedItem)]
    check_order(polling, stamps_of(stamped))
    for index, item in enumerate(items):
        if isinstance(item, LedgerItem):
            digest_of(item.id, index)
    return [item.data for item in items]


def _now_ms() -> int:
    return time.time_ns() // 1_000_000
