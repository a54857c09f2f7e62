"""The strategy `LEDGER`: new is what is no older than the overlap and whose id was not seen.

One value is kept in the store: `ledger`.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final, TypeVar

from pieces_framework import FatalError, PollingTriggerContext

from .by_id import LAST_ITEM
from .by_time import LAST_POLL
from .declaration import LedgerItem, Polling
from .item_ids import digester
from .items import Reading, check_kind, fetch_items, polling_context
from .ledger import Ledger, ledger_of
from .shown import shown
from .stamps import finite, stamps_of

AuthT = TypeVar("AuthT")
PropsT = TypeVar("PropsT")

LEDGER: Final = "ledger"


async def enable(
    polling: Polling[AuthT, PropsT], context: PollingTriggerContext[AuthT, PropsT], now_ms: int
) -> None:
    """Remember what there is, unless the flow is published again and has a ledger."""
    if context.is_republish and await context.store.get(LEDGER, object) is not None:
        return
    seen_until = await _seen_by_time(context) if context.is_republish else math.inf
    start_ms = math.floor(min(now_ms, seen_until))
    # No poll asks for older items than this: all that are old are listed, and known, from now on.
    after_ms = start_ms - 2 * polling.overlap_ms - 1
    items, stamps = await _fetch(polling, context, after_ms)
    seen = [(item, stamp) for item, stamp in zip(items, stamps, strict=True) if stamp <= seen_until]
    latest = min(start_ms, max((stamp for _, stamp in seen), default=start_ms))
    ledger = Ledger(after_ms=after_ms, high_ms=max(after_ms, math.floor(latest)), stamps={})
    digest_of = digester()
    for index, (item, stamp) in enumerate(seen):
        ledger.remember(digest_of(item.id, index), stamp)
    ledger.advance(high_ms=ledger.high_ms, now_ms=start_ms, overlap_ms=polling.overlap_ms)
    await context.store.put(LEDGER, ledger.document())


async def poll(
    polling: Polling[AuthT, PropsT], context: PollingTriggerContext[AuthT, PropsT], now_ms: int
) -> list[object]:
    """Return the data of what is new, in the order the items came, and write it down."""
    stored = await context.store.get(LEDGER, object)
    if stored is None:
        raise FatalError(
            f"`{LEDGER}` doesn't exist in the store", hint="enable the trigger before it is polled"
        )
    ledger = ledger_of(stored)
    if ledger is None:
        raise FatalError(
            f"store key `{LEDGER}` holds {shown(stored)}, not a ledger",
            hint="enable the trigger again",
        )
    items, stamps = await _fetch(polling, context, ledger.after_ms)
    new = _new_of(items, stamps, ledger, reach_ms=ledger.after_ms - polling.overlap_ms)
    high_ms = max(stamps, default=ledger.high_ms)
    ledger.advance(high_ms=high_ms, now_ms=now_ms, overlap_ms=polling.overlap_ms)
    await context.store.put(LEDGER, ledger.document())
    return [item.data for item in new]


async def _fetch(
    polling: Polling[AuthT, PropsT],
    context: PollingTriggerContext[AuthT, PropsT],
    after_ms: int,
) -> tuple[Sequence[LedgerItem], Sequence[float]]:
    reach_ms = after_ms - polling.overlap_ms

    def is_last(item: LedgerItem) -> bool:
        epoch_ms = finite(item.epoch_ms)
        return epoch_ms is None or epoch_ms <= reach_ms  # what is no number is refused below

    items = await fetch_items(
        polling,
        polling_context(context, last_fetch_epoch_ms=after_ms),
        Reading(LedgerItem, is_last=is_last if polling.newest_first else None),
    )
    check_kind(items, LedgerItem)
    return items, stamps_of(items)


def _new_of(
    items: Sequence[LedgerItem], stamps: Sequence[float], ledger: Ledger, *, reach_ms: int
) -> list[LedgerItem]:
    """Return the items that are new, and remember every id that may come up again."""
    digest_of = digester()
    new: list[LedgerItem] = []
    for index, (item, stamp) in enumerate(zip(items, stamps, strict=True)):
        if stamp <= reach_ms:
            continue  # if it is known, it is known with a later time
        digest = digest_of(item.id, index)
        if digest in ledger.stamps:
            ledger.remember(digest, stamp)
        elif stamp > ledger.after_ms:
            ledger.remember(digest, stamp)
            new.append(item)
    return new


async def _seen_by_time(context: PollingTriggerContext[AuthT, PropsT]) -> float:
    """Up to when an earlier version of the trigger, of the strategy `TIMEBASED`, saw all."""
    if await context.store.get(LAST_ITEM, object) is not None:
        return math.inf  # it was of the strategy `LAST_ITEM` later on
    checkpoint = finite(await context.store.get(LAST_POLL, object))
    return math.inf if checkpoint is None else checkpoint
