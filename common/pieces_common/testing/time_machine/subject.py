"""What is tried in the time machine: a strategy with its options, or one of the user's own."""

from __future__ import annotations

import math
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, Protocol, TypeVar

from pieces_common.polling import helper
from pieces_common.polling.declaration import (
    DEFAULT_OVERLAP_S,
    DedupeStrategy,
    IdentifiedItem,
    ItemsFunction,
    LedgerItem,
    Polling,
    PollingContext,
    TimedItem,
)

from .service import Listed

if TYPE_CHECKING:
    from pieces_framework import NoProps, PollingTriggerContext, Store

ItemT = TypeVar("ItemT")


class Running(Protocol):
    """A trigger in the midst of a history. Its memory is all its own."""

    async def enable(self, listing: Iterable[Listed], *, now_ms: int, is_republish: bool) -> None:
        """Do what the trigger does when its flow is published.

        Args:
            listing: what the service lists then; it is read as far as it is iterated over.
            now_ms: what the host's clock shows, as epoch milliseconds.
            is_republish: whether the flow was on already.
        """
        ...

    async def poll(self, listing: Iterable[Listed], *, now_ms: int) -> Sequence[str]:
        """Return the ids of what is new, as the flow would receive it.

        Raises:
            RetryableError: if the service fails.
        """
        ...

    def kept(self) -> object:
        """Return a copy of what it has stored, which `==` can compare with an earlier one."""
        ...


class Subject(Protocol):
    """What can be tried: it starts anew for each history."""

    def start(self) -> Running:
        """Return a trigger that knows of nothing yet."""
        ...


@dataclass(frozen=True, kw_only=True)
class Choice:
    """What an author chooses for a polling trigger: arguments of `create_polling_trigger`."""

    dedupe: DedupeStrategy
    overlap_s: float = DEFAULT_OVERLAP_S
    """For `LEDGER` only."""
    newest_first: bool = False
    """For `TIMEBASED` and `LEDGER` only."""
    uses_checkpoint: bool = False
    """Whether the function that fetches items leaves out those with a stamp before
    `context.last_fetch_epoch_ms`."""

    def start(self) -> Running:
        """See `Subject.start`."""
        return _RunningChoice(self)


class _RunningChoice:
    def __init__(self, choice: Choice) -> None:
        from pieces_framework.testing import MemoryStore

        self._choice: Final = choice
        self._store: Final = MemoryStore()
        self._context: Final = _context(self._store)
        self._polling: Final = self._declared()
        self._listing: Iterable[Listed] = ()

    async def enable(self, listing: Iterable[Listed], *, now_ms: int, is_republish: bool) -> None:
        self._listing = listing
        if is_republish:
            await helper.on_disable(self._polling, self._context)
        context = replace(self._context, is_republish=is_republish)
        await helper.on_enable(self._polling, context, now_ms=now_ms)

    async def poll(self, listing: Iterable[Listed], *, now_ms: int) -> Sequence[str]:
        self._listing = listing
        found = await helper.poll(self._polling, self._context, now_ms=now_ms)
        return [str(each) for each in found]

    def kept(self) -> object:
        return self._store.values()

    def _declared(self) -> Polling[None, NoProps]:
        choice = self._choice
        match choice.dedupe:
            case DedupeStrategy.TIMEBASED:
                items = self._items(lambda one: TimedItem(one.epoch_ms, one.id))
                return Polling(
                    strategy=choice.dedupe, items=items, newest_first=choice.newest_first
                )
            case DedupeStrategy.LAST_ITEM:
                identified = self._items(lambda one: IdentifiedItem(one.id, one.id))
                return Polling(strategy=choice.dedupe, items=identified)
            case DedupeStrategy.LEDGER:
                ledger = self._items(lambda one: LedgerItem(one.id, one.epoch_ms, one.id))
                return Polling(
                    strategy=choice.dedupe,
                    items=ledger,
                    newest_first=choice.newest_first,
                    overlap_s=choice.overlap_s,
                )

    def _items(self, make: Callable[[Listed], ItemT]) -> ItemsFunction[PollingContext, ItemT]:
        async def whole(context: PollingContext) -> list[ItemT]:
            return [make(one) for one in self._asked(context)]

        async def lazy(context: PollingContext) -> AsyncIterator[ItemT]:
            for one in self._asked(context):
                yield make(one)

        # A generator is read as far as is needed; a list is three times as fast.
        return lazy if self._choice.newest_first else whole

    def _asked(self, context: PollingContext) -> Iterator[Listed]:
        since_ms = context.last_fetch_epoch_ms if self._choice.uses_checkpoint else -math.inf
        return (one for one in self._listing if one.epoch_ms >= since_ms)


def _context(store: Store) -> PollingTriggerContext:
    from pieces_framework import TriggerStrategy, create_trigger
    from pieces_framework.testing import make_context

    @create_trigger(
        name="tried",
        display_name="Tried",
        description="",
        strategy=TriggerStrategy.POLLING,
    )
    def tried(context: PollingTriggerContext) -> list[object]:
        raise NotImplementedError  # only its context is wanted

    return make_context(tried, store=store)
