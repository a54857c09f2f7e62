"""What is tried in the time machine: a strategy with its options, or a trigger of the author's."""

from __future__ import annotations

import math
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from pieces_common import polling_helper
from pieces_common.polling.declaration import (
    DedupeStrategy,
    IdentifiedItem,
    LedgerItem,
    Polling,
    PollingContext,
    TimedItem,
)
from pieces_framework import AuthorCodeError

from .service import Listed, Listing
from .subject import Running

if TYPE_CHECKING:
    from pieces_common.polling.trigger import PollingTrigger
    from pieces_framework import PollingTriggerContext

AnyContext: TypeAlias = "PollingTriggerContext[Any, Any]"  # of whatever auth and props there are

_MAKERS: Final[Mapping[DedupeStrategy, Callable[[Listed], object]]] = {
    DedupeStrategy.TIMEBASED: lambda one: TimedItem(one.epoch_ms, one.id),
    DedupeStrategy.LAST_ITEM: lambda one: IdentifiedItem(one.id, one.id),
    DedupeStrategy.LEDGER: lambda one: LedgerItem(one.id, one.epoch_ms, one.id),
}


class SimulatedService:
    """What a trigger's function reads in the place of its service while it is tried."""

    def __init__(self) -> None:
        self._listing: Listing | None = None

    def page(self, number: int = 1) -> list[Listed]:
        """Return one page of the list, 1 the first. It is empty past the end.

        Raises:
            RetryableError: if the history says that the page fails.
            AuthorCodeError: if no trigger is tried with this service.
        """
        return self._shown().page(number)

    def __iter__(self) -> Iterator[Listed]:
        """Read the list page by page, as far as it is iterated over. Raises what `page` does."""
        return iter(self._shown())

    def show(self, listing: Listing) -> None:
        """List this from now on. A trigger that is tried does so before each call of it."""
        self._listing = listing

    def _shown(self) -> Listing:
        if self._listing is None:
            raise AuthorCodeError(
                "a `SimulatedService` was read that no trigger is tried with",
                hint="give the same one to `TriedPolling(..., service=...)`",
            )
        return self._listing


class TriedPolling:
    """A polling trigger of your own, whose function reads a `SimulatedService`.

    Args:
        trigger: what `create_polling_trigger` made, or a `Polling`.
        service: the one that its function reads.
        id_of: gives the `Listed.id` of what the flow receives.
        context: what the function receives but for the store, from `make_context`; one without
            auth or props if not given.

    Raises:
        AuthorCodeError: if the trigger has hooks of its own, so that its `Polling` is not known.
    """

    def __init__(
        self,
        trigger: PollingTrigger[Any, Any] | Polling[Any, Any],
        *,
        service: SimulatedService,
        id_of: Callable[[Any], str] = str,
        context: AnyContext | None = None,
    ) -> None:
        self._polling: Final = trigger if isinstance(trigger, Polling) else _polling_of(trigger)
        self._service: Final = service
        self._id_of: Final = id_of
        self._context: Final = context

    def start(self) -> Running:
        """See `Subject.start`."""
        context = _bare_context() if self._context is None else self._context
        return _RunningPolling(self._polling, self._service, self._id_of, context)


@dataclass(frozen=True, kw_only=True)
class PollingChoice:
    """What an author chooses for a polling trigger: arguments of `create_polling_trigger`.

    Raises:
        DefinitionError: if one is none of the strategy's.
    """

    dedupe: DedupeStrategy
    overlap_s: float | None = None
    newest_first: bool = False
    uses_checkpoint: bool = False
    """Whether the function that fetches items leaves out those with a stamp before
    `context.last_fetch_epoch_ms`, to the millisecond."""

    def __post_init__(self) -> None:
        self._polling(SimulatedService())

    def start(self) -> Running:
        """See `Subject.start`."""
        service = SimulatedService()
        return TriedPolling(self._polling(service), service=service).start()

    def _polling(self, service: SimulatedService) -> Polling[None]:
        async def whole(context: PollingContext) -> list[object]:
            return [_MAKERS[self.dedupe](one) for one in self._asked(service, context)]

        async def lazy(context: PollingContext) -> AsyncIterator[object]:
            for one in self._asked(service, context):
                yield _MAKERS[self.dedupe](one)

        declared: Any = Polling  # one of its overloads fits, or it raises
        polling: Polling[None] = declared(
            strategy=self.dedupe,
            # A generator is read as far as is needed; a list is three times as fast.
            items=lazy if self.newest_first else whole,
            newest_first=self.newest_first,
            overlap_s=self.overlap_s,
        )
        return polling

    def _asked(self, service: SimulatedService, context: PollingContext) -> Iterator[Listed]:
        since_ms = context.last_fetch_epoch_ms if self.uses_checkpoint else -math.inf
        return (one for one in service if one.epoch_ms >= since_ms)


class _RunningPolling:
    def __init__(
        self,
        polling: Polling[Any, Any],
        service: SimulatedService,
        id_of: Callable[[Any], str],
        context: AnyContext,
    ) -> None:
        from pieces_framework.testing import MemoryStore

        self._polling: Final = polling
        self._service: Final = service
        self._id_of: Final = id_of
        self._store: Final = MemoryStore()
        self._context: Final = replace(context, store=self._store)

    async def enable(self, listing: Listing, *, now_ms: int, is_republish: bool) -> None:
        self._service.show(listing)
        if is_republish:
            await polling_helper.on_disable(self._polling, self._context)
        context = replace(self._context, is_republish=is_republish)
        await polling_helper.on_enable(self._polling, context, now_ms=now_ms)

    async def poll(self, listing: Listing, *, now_ms: int) -> Sequence[str]:
        self._service.show(listing)
        found = await polling_helper.poll(self._polling, self._context, now_ms=now_ms)
        return [self._id_of(each) for each in found]

    def kept(self) -> object:
        return self._store.values()


def _polling_of(trigger: PollingTrigger[Any, Any]) -> Polling[Any, Any]:
    """Return what `create_polling_trigger` has bound the trigger's hooks to."""
    for hook in trigger.on_enable.functions:
        bound: Any = hook.args[0] if isinstance(hook, partial) else None
        polling: Polling[Any, Any] = bound
        if type(bound) is Polling:
            return polling
    raise AuthorCodeError(
        f"{trigger.where} was not made by `create_polling_trigger`",
        hint="give the `Polling` that its hooks use",
    )


def _bare_context() -> PollingTriggerContext:
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

    return make_context(tried)
