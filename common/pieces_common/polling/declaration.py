"""What a polling trigger declares: how it tells new from old, and where its items come from."""

from __future__ import annotations

from collections.abc import AsyncIterable, Awaitable, Callable, Iterable
from dataclasses import dataclass
from enum import Enum
from typing import Any, Final, Generic, Literal, TypeAlias, overload

from typing_extensions import TypeVar

from pieces_framework import JsonValue, NoProps, PollingTriggerContext

AuthT = TypeVar("AuthT", default=None)
PropsT = TypeVar("PropsT", default=NoProps)
AuthT_co = TypeVar("AuthT_co", covariant=True, default=None)
PropsT_co = TypeVar("PropsT_co", covariant=True, default=NoProps)
ContextT = TypeVar("ContextT")
ItemT = TypeVar("ItemT")


class DedupeStrategy(Enum):
    """How new items are told from those seen before."""

    TIMEBASED = 0
    """By time: new is what has a later time than every item of the polls before."""
    LAST_ITEM = 1
    """By id: new is what comes before the newest item of the last poll. Newest first, always."""


@dataclass(frozen=True, slots=True)
class TimedItem:
    """An item for `DedupeStrategy.TIMEBASED`."""

    epoch_ms: float | str
    """When it was created or changed: milliseconds since 1970, UTC. Text of a number will do."""
    data: object
    """What the flow receives: a JSON value, a dataclass or a pydantic model."""


@dataclass(frozen=True, slots=True)
class IdentifiedItem:
    """An item for `DedupeStrategy.LAST_ITEM`."""

    id: JsonValue
    """Text or a number that stays the same: an object or a list never equals the stored one."""
    data: object
    """What the flow receives: a JSON value, a dataclass or a pydantic model."""


@dataclass(frozen=True, kw_only=True)
class PollingContext(PollingTriggerContext[AuthT_co, PropsT_co]):
    """What the function that fetches items receives: the checkpoint besides the rest.

    Use the checkpoint to ask the service for less, or ignore it: what is old is dropped anyway.
    """

    last_fetch_epoch_ms: float = 0
    """With `TIMEBASED`: the latest time seen so far, in epoch milliseconds, or that of enabling
    the trigger; 0 in a test, and always 0 with `LAST_ITEM`."""
    last_item_id: JsonValue = None
    """With `LAST_ITEM`: the id of the newest item delivered so far; `None` in a test, on
    enabling and before the first item, and always `None` with `TIMEBASED`."""


ItemsFunction: TypeAlias = Callable[
    [ContextT], AsyncIterable[ItemT] | Awaitable[Iterable[ItemT]] | Iterable[ItemT]
]
"""An async generator, an `async def` that returns the items, or a `def`, which runs in a thread."""


class Polling(Generic[AuthT, PropsT]):
    """A strategy, and the function that fetches the items it works on.

    Args:
        strategy: decides which kind of item `items` gives.
        items: fetches what the service has now; with `LAST_ITEM`, newest first.
    """

    @overload
    def __init__(
        self,
        *,
        strategy: Literal[DedupeStrategy.TIMEBASED],
        items: ItemsFunction[PollingContext[AuthT, PropsT], TimedItem],
    ) -> None: ...
    @overload
    def __init__(
        self,
        *,
        strategy: Literal[DedupeStrategy.LAST_ITEM],
        items: ItemsFunction[PollingContext[AuthT, PropsT], IdentifiedItem],
    ) -> None: ...
    def __init__(
        self,
        *,
        strategy: DedupeStrategy,
        items: ItemsFunction[PollingContext[AuthT, PropsT], Any],  # the overloads say which
    ) -> None:
        self.strategy: Final = strategy
        self.items: Final[ItemsFunction[PollingContext[AuthT, PropsT], object]] = items
