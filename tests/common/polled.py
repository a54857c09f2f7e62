"""A polling trigger's context, and a shop that the strategy `LEDGER` polls."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from pieces_common import DedupeStrategy, LedgerItem, Polling, PollingContext, polling_helper
from pieces_framework import JsonValue, PollingTriggerContext, TriggerStrategy, create_trigger
from pieces_framework.testing import MemoryStore, make_context

START_MS: Final = 1_800_000_000_000
OVERLAP_S: Final = 10


@create_trigger(name="tick", display_name="", description="", strategy=TriggerStrategy.POLLING)
def _tick(context: PollingTriggerContext) -> list[object]:
    return []


def hook_context(store: MemoryStore, *, is_republish: bool = False) -> PollingTriggerContext:
    """What a hook of a polling trigger without auth and props receives."""
    return make_context(_tick, store=store, is_republish=is_republish)


def at(seconds: float) -> int:
    """The epoch milliseconds of a moment of a test."""
    return START_MS + round(seconds * 1000)


def item(item_id: str | float, seconds: float) -> LedgerItem:
    """An item whose data is its id."""
    return LedgerItem(item_id, at(seconds), item_id)


class Shop:
    """Lists items, to a trigger with an overlap of ten seconds and a store of its own."""

    def __init__(
        self, *items: LedgerItem, overlap_s: float = OVERLAP_S, newest_first: bool = False
    ) -> None:
        self.items = list(items)
        self.store = MemoryStore()
        self.asked: Final[list[float]] = []
        """The checkpoint that each listing was asked with."""
        self.has_failed = False
        self.polling = Polling(
            strategy=DedupeStrategy.LEDGER,
            items=self._list,
            overlap_s=overlap_s,
            newest_first=newest_first,
        )

    async def _list(self, context: PollingContext) -> Iterable[LedgerItem]:
        self.asked.append(context.last_fetch_epoch_ms)
        if self.has_failed:
            raise ConnectionError("gone")
        return list(self.items)

    async def enable(self, seconds: float, *, is_republish: bool = False) -> None:
        """Enable the trigger at a moment."""
        context = hook_context(self.store, is_republish=is_republish)
        await polling_helper.on_enable(self.polling, context, now_ms=at(seconds))

    async def poll(self, seconds: float) -> list[object]:
        """Poll at a moment."""
        context = hook_context(self.store)
        return await polling_helper.poll(self.polling, context, now_ms=at(seconds))

    @property
    def stored(self) -> JsonValue:
        """What the store holds of the ledger."""
        return self.store.values().get("ledger")
