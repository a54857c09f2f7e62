"""The strategy `TIMEBASED`: new is what has a later time than every item of the polls before.

One value is kept in the store: `lastPoll`, in epoch milliseconds.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, TypeVar

from pieces_framework import FatalError, PollingTriggerContext
from pieces_framework.javascript import is_finite

from .declaration import Polling, TimedItem
from .items import Reading, check_kind, fetch_items, polling_context
from .shown import shown
from .stamps import finite, reaches, stamps_of

AuthT = TypeVar("AuthT")
PropsT = TypeVar("PropsT")

LAST_POLL: Final = "lastPoll"


async def enable(context: PollingTriggerContext[AuthT, PropsT], now_ms: int) -> None:
    """Take now for the checkpoint, unless the flow is published again and has one."""
    if context.is_republish and await context.store.get(LAST_POLL, object) is not None:
        return
    await context.store.put(LAST_POLL, now_ms)


async def poll(
    polling: Polling[AuthT, PropsT], context: PollingTriggerContext[AuthT, PropsT]
) -> list[object]:
    """Return the data of what is later than the checkpoint, and move it to the latest."""
    stored = await context.store.get(LAST_POLL, object)
    if stored is None:
        # Flows and tests of the original system know this text.
        raise FatalError(
            "lastPoll doesn't exist in the store.",
            hint="enable the trigger first; `pieces run` does it with `--hook on_enable`",
        )
    checkpoint = finite(stored)
    if checkpoint is None:
        raise FatalError(
            f"store key `{LAST_POLL}` holds {shown(stored)}, not epoch milliseconds",
            hint="enable the trigger again",
        )

    items = await fetch_items(
        polling,
        polling_context(context, last_fetch_epoch_ms=checkpoint),
        Reading(TimedItem, is_last=reaches(checkpoint) if polling.newest_first else None),
    )
    try:
        new, latest = _later(items, checkpoint)
    except AttributeError:  # to check each item of a long list beforehand costs as much again
        check_kind(items, TimedItem)
        raise
    await context.store.put(LAST_POLL, latest)
    return new


def _later(items: Sequence[TimedItem], checkpoint: float) -> tuple[list[object], float]:
    """Return the data of what is later, and the latest time."""
    if checkpoint >= 1:  # no `True` is later
        found = _later_number(items, checkpoint)
        if found is not None:
            return found
    stamps = stamps_of(items)
    later = [item.data for item, stamp in zip(items, stamps, strict=True) if stamp > checkpoint]
    return later, max(stamps, default=checkpoint)


def _later_number(
    items: Sequence[TimedItem], checkpoint: float
) -> tuple[list[object], float] | None:
    """Do the same in one pass, as lists may be long; `None` if a time is not plainly a number."""
    new: list[object] = []
    latest = checkpoint
    try:
        for item in items:
            stamp: Any = item.epoch_ms  # text cannot be compared with a number
            if stamp > checkpoint:
                new.append(item.data)
                if stamp > latest:  # noqa: PLR1730 -- a call costs a third of the time
                    latest = stamp
            elif type(stamp) is not int:
                return None
    except TypeError:
        return None
    return (new, latest) if is_finite(latest) else None
