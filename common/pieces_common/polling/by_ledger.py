"""The strategy `LEDGER`: new is what is no older than the overlap and whose id was not seen.

One value is kept in the store: `ledger`.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Final, TypeVar

from pieces_framework import FatalError, PollingTriggerContext

from .by_id import LAST_ITEM
from .by_time import LAST_POLL
from .declaration import LedgerItem, Polling
from .item_ids import digest_of
from .items import Reading, check_kind, fetch_items, polling_context
from .ledger import Ledger, ledger_of
from .shown import shown
from .stamps import finite, reaches, stamps_of

AuthT = TypeVar("AuthT")
PropsT = TypeVar("PropsT")

LEDGER: Final = "ledger"


async def enable(
    polling: Polling[AuthT, PropsT], context: PollingTriggerContext[AuthT, PropsT], now_ms: int
) -> None:
    """Remember what there is, unless the flow is published again and has a ledger."""
    if context.is_republish and ledger_of(await context.store.get(LEDGER, object)) is not None:
        return
    overlap_ms = polling.overlap_ms
    seen_until = await _seen_by_time(context) if context.is_republish else math.inf
    start_ms = math.floor(min(now_ms, seen_until))

    async def fetch(since_ms: int) -> tuple[Sequence[LedgerItem], Sequence[float]]:
        is_last = _falls_behind(3 * overlap_ms, until_ms=start_ms)
        return await _fetch(polling, context, since_ms, is_last)

    since_ms = start_ms - 3 * overlap_ms - 1
    items, stamps = await fetch(since_ms)
    ledger = Ledger.begun(stamps, now_ms=start_ms, overlap_ms=overlap_ms)
    reach_ms = ledger.after_ms - overlap_ms
    if stamps and reach_ms < min(since_ms, *stamps):
        # The service is behind. What a function left out that asks by the checkpoint is old, too.
        more, more_stamps = await fetch(reach_ms)
        items, stamps = [*items, *more], [*stamps, *more_stamps]
    for index, (item, stamp) in enumerate(zip(items, stamps, strict=True)):
        if stamp <= seen_until:
            ledger.remember(digest_of(item.id, index), stamp)
    ledger.advance(stamps, now_ms=start_ms, overlap_ms=overlap_ms)
    await context.store.put(LEDGER, ledger.document())


async def poll(
    polling: Polling[AuthT, PropsT], context: PollingTriggerContext[AuthT, PropsT], now_ms: int
) -> list[object]:
    """Return the data of what is new, in the order the items came, and write it down."""
    stored = await context.store.get(LEDGER, object)
    if stored is None:
        raise FatalError(
            f"`{LEDGER}` doesn't exist in the store",
            hint="enable the trigger first; `pieces run` does it with `--hook on_enable`",
        )
    ledger = ledger_of(stored)
    if ledger is None:
        raise FatalError(
            f"store key `{LEDGER}` holds {shown(stored)}, not a ledger",
            hint="enable the trigger again",
        )
    is_last = reaches(ledger.after_ms - polling.overlap_ms)
    items, stamps = await _fetch(polling, context, ledger.after_ms, is_last)
    new: list[object] = []
    for index, (item, stamp) in enumerate(zip(items, stamps, strict=True)):
        if stamp > ledger.after_ms:
            digest = digest_of(item.id, index)
            if digest not in ledger.stamps:
                new.append(item.data)
            ledger.remember(digest, stamp)
    ledger.advance(stamps, now_ms=now_ms, overlap_ms=polling.overlap_ms)
    await context.store.put(LEDGER, ledger.document())
    return new


async def _fetch(
    polling: Polling[AuthT, PropsT],
    context: PollingTriggerContext[AuthT, PropsT],
    since_ms: int,
    is_last: Callable[[LedgerItem], bool],
) -> tuple[Sequence[LedgerItem], Sequence[float]]:
    items = await fetch_items(
        polling,
        polling_context(context, last_fetch_epoch_ms=since_ms),
        Reading(LedgerItem, is_last=is_last if polling.newest_first else None),
    )
    check_kind(items, LedgerItem)
    return items, stamps_of(items)


def _falls_behind(by_ms: int, *, until_ms: int) -> Callable[[LedgerItem], bool]:
    """Return what tells whether an item is older by so much than the latest before it.

    Items later than `until_ms` do not count. Remembered is what is no older than the latest item by
    two overlaps, and the order may be off by a third.
    """
    latest = -math.inf

    def is_behind(item: LedgerItem) -> bool:
        nonlocal latest
        stamp = finite(item.epoch_ms)
        if stamp is None:
            return True  # it is refused once the reading is over
        if stamp <= until_ms:
            latest = max(latest, stamp)
        return stamp <= latest - by_ms - 1

    return is_behind


async def _seen_by_time(context: PollingTriggerContext[AuthT, PropsT]) -> float:
    """Up to when an earlier version of the trigger, of the strategy `TIMEBASED`, saw all."""
    if await context.store.get(LAST_ITEM, object) is not None:
        return math.inf  # it was of the strategy `LAST_ITEM` later on
    checkpoint = finite(await context.store.get(LAST_POLL, object))
    return math.inf if checkpoint is None else checkpoint
