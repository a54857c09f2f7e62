"""What a polling trigger declares: how it tells new from old, and where its items come from."""

from __future__ import annotations

from collections.abc import AsyncIterable, Awaitable, Callable, Iterable
from dataclasses import dataclass
from enum import Enum
from math import ceil
from typing import Any, Final, Generic, Literal, TypeAlias, overload

from typing_extensions import TypeVar

from pieces_framework import DefinitionError, JsonValue, NoProps, PollingTriggerContext
from pieces_framework.trigger import TriggerOptions

from .shown import shown

AuthT = TypeVar("AuthT", default=None)
PropsT = TypeVar("PropsT", default=NoProps)
AuthT_co = TypeVar("AuthT_co", covariant=True, default=None)
PropsT_co = TypeVar("PropsT_co", covariant=True, default=NoProps)
ContextT = TypeVar("ContextT")
ItemT = TypeVar("ItemT")

DEFAULT_OVERLAP_S: Final = 3600.0
"""An hour: few services list an item later, and a change to summer time moves stamps by as much."""
MAX_OVERLAP_S: Final = 366 * 24 * 3600.0


class DedupeStrategy(Enum):
    """How new items are told from those seen before."""

    TIMEBASED = 0
    """By time: new is what has a later time than every item of the polls before."""
    LAST_ITEM = 1
    """By id: new is what comes before the newest item of the last poll. Newest first, always."""
    LEDGER = 2
    """By id and time: new is what is no older than the overlap and whose id was not seen."""


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


@dataclass(frozen=True, slots=True)
class LedgerItem:
    """An item for `DedupeStrategy.LEDGER`."""

    id: str | float
    """What it is known by, once and for all. The text "1" and the number 1 are two ids."""
    epoch_ms: float | str
    """When it was created or changed: milliseconds since 1970, UTC. Text of a number will do."""
    data: object
    """What the flow receives: a JSON value, a dataclass or a pydantic model."""


@dataclass(frozen=True, kw_only=True)
class PollingContext(PollingTriggerContext[AuthT_co, PropsT_co]):
    """What the function that fetches items receives: the checkpoint besides the rest.

    Use the checkpoint to ask the service for less, or ignore it: what is old is dropped anyway.
    """

    last_fetch_epoch_ms: float = 0
    """With `TIMEBASED`: the latest time seen so far, in epoch milliseconds, or that of enabling
    the trigger. With `LEDGER`: items up to here are old, whatever their id, which is at least
    the overlap ago; on enabling, no items up to here are needed. 0 in a test, and always 0 with
    `LAST_ITEM`."""
    last_item_id: JsonValue = None
    """With `LAST_ITEM`: the id of the newest item delivered so far; `None` in a test, on
    enabling and before the first item, and always `None` with the other strategies."""


ItemsFunction: TypeAlias = Callable[
    [ContextT],
    AsyncIterable[ItemT] | Awaitable[AsyncIterable[ItemT] | Iterable[ItemT]] | Iterable[ItemT],
]
"""An async generator, an `async def` that returns the items, or a `def`, which runs in a thread."""


class NewestFirstOptions(TriggerOptions, total=False):
    """What `create_polling_trigger` takes besides, with the strategy `TIMEBASED`."""

    newest_first: bool
    """As for `Polling`."""


class LedgerOptions(NewestFirstOptions, total=False):
    """What it takes besides, with the strategy `LEDGER`."""

    overlap_s: float
    """As for `Polling`; an hour by default."""


class Polling(Generic[AuthT, PropsT]):
    """A strategy, and the function that fetches the items it works on.

    Args:
        strategy: decides which kind of item `items` gives.
        items: fetches what the service has now; with `LAST_ITEM`, newest first.
        newest_first: with `TIMEBASED` and `LEDGER`, promises that `items` gives the newest first,
            so that no more of them are fetched than are needed. `LEDGER` takes an order that is
            off by no more than the overlap.
        overlap_s: with `LEDGER`, how many seconds after its time an item may be listed, at the
            latest.

    Raises:
        DefinitionError: if an argument is none of the strategy's, or the overlap is not a positive
            number of seconds up to `MAX_OVERLAP_S`, a year.
    """

    @overload
    def __init__(
        self,
        *,
        strategy: Literal[DedupeStrategy.TIMEBASED],
        items: ItemsFunction[PollingContext[AuthT, PropsT], TimedItem],
        newest_first: bool = False,
    ) -> None: ...
    @overload
    def __init__(
        self,
        *,
        strategy: Literal[DedupeStrategy.LAST_ITEM],
        items: ItemsFunction[PollingContext[AuthT, PropsT], IdentifiedItem],
    ) -> None: ...
    @overload
    def __init__(
        self,
        *,
        strategy: Literal[DedupeStrategy.LEDGER],
        items: ItemsFunction[PollingContext[AuthT, PropsT], LedgerItem],
        newest_first: bool = False,
        overlap_s: float = DEFAULT_OVERLAP_S,
    ) -> None: ...
    def __init__(
        self,
        *,
        strategy: DedupeStrategy,
        items: ItemsFunction[PollingContext[AuthT, PropsT], Any],  # the overloads say which
        newest_first: bool = False,
        overlap_s: float | None = None,
    ) -> None:
        if problems := _option_problems(strategy, newest_first=newest_first, overlap_s=overlap_s):
            raise DefinitionError(problems)
        self.strategy: Final = strategy
        self.items: Final[ItemsFunction[PollingContext[AuthT, PropsT], object]] = items
        self.newest_first: Final = newest_first
        self.overlap_ms: Final = ceil(_overlap_s(strategy, overlap_s) * 1000)
        """In milliseconds; 0 but with `LEDGER`."""


def _overlap_s(strategy: DedupeStrategy, asked: float | None) -> float:
    if strategy is not DedupeStrategy.LEDGER:
        return 0
    return DEFAULT_OVERLAP_S if asked is None else asked


def _option_problems(strategy: object, *, newest_first: object, overlap_s: object) -> list[str]:
    """Return what is wrong with the options of a strategy, whatever they are at run time."""
    if not isinstance(strategy, DedupeStrategy):
        return [f"the strategy must be a `DedupeStrategy`, got {type(strategy).__name__}"]
    problems: list[str] = []
    if not isinstance(newest_first, bool):
        problems.append(f"`newest_first` must be `True` or `False`, got {shown(newest_first)}")
    elif newest_first and strategy is DedupeStrategy.LAST_ITEM:
        problems.append("`newest_first` is not for `LAST_ITEM`, whose items always are")
    if overlap_s is not None and strategy is not DedupeStrategy.LEDGER:
        problems.append(f"`overlap_s` is for `LEDGER`, not for `{strategy.name}`")
    elif overlap_s is not None and not _is_overlap(overlap_s):
        problems.append(
            "`overlap_s` must be a positive number of seconds, at most a year, got"
            f" {shown(overlap_s)}"
        )
    return problems


def _is_overlap(value: object) -> bool:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return 0 < value <= MAX_OVERLAP_S
