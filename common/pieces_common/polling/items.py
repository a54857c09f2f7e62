"""Calls the function that fetches a trigger's items, in any of its forms, and reads what it gives.

What is a list already is taken as it is. Anything else is read no further than is needed, so that
a function that pages through a service asks for no page too many.
"""

from __future__ import annotations

from collections.abc import AsyncIterable, Callable, Iterable, Sequence
from dataclasses import fields
from functools import partial
from typing import Any, Final, Generic, TypeVar, cast

from pieces_framework import AuthorCodeError, JsonValue, PollingTriggerContext
from pieces_framework.calling import call

from .declaration import Polling, PollingContext

AuthT = TypeVar("AuthT")
PropsT = TypeVar("PropsT")
KindT = TypeVar("KindT")


def polling_context(
    context: PollingTriggerContext[AuthT, PropsT],
    *,
    last_fetch_epoch_ms: float = 0,
    last_item_id: JsonValue = None,
) -> PollingContext[AuthT, PropsT]:
    """Return what the function receives: the hook's own context, and a checkpoint."""
    # What a field of the hook's context holds is what the field of the same name here takes.
    shared: dict[str, Any] = {each.name: getattr(context, each.name) for each in fields(context)}
    return PollingContext(
        **shared, last_fetch_epoch_ms=last_fetch_epoch_ms, last_item_id=last_item_id
    )


class Reading(Generic[KindT]):
    """What of the items is kept, and when enough of them have been read.

    Args:
        kind: the class of item that the strategy works on.
        at_most: how many are needed; all of them if not given.
        is_last: whether no item after this one is needed.
    """

    def __init__(
        self,
        kind: type[KindT],
        *,
        at_most: int | None = None,
        is_last: Callable[[KindT], bool] | None = None,
    ) -> None:
        self.kind: Final = kind
        self.items: Final[list[KindT]] = []
        self._at_most: Final = at_most
        self._is_last: Final = is_last

    def take(self, item: object) -> bool:
        """Keep `item`, and return whether it was the last that is needed."""
        if not isinstance(item, self.kind):
            raise _wrong_kind(item, self.kind)
        self.items.append(item)
        if len(self.items) == self._at_most:
            return True
        return self._is_last is not None and self._is_last(item)


async def fetch_items(
    polling: Polling[AuthT, PropsT],
    context: PollingContext[AuthT, PropsT],
    reading: Reading[KindT],
    *,
    or_none: bool = False,
) -> Sequence[KindT]:
    """Return what the function fetched, in its order; of what is no list, as much as is needed.

    A generator, or any other iterator that can be closed, is closed when no more is needed, and
    when it, or the reading of it, fails. What a list holds is not checked, as a strategy goes
    through it anyway.

    Args:
        polling: holds the function.
        context: what the function receives.
        reading: a new one.
        or_none: take `None` for an empty list.

    Raises:
        AuthorCodeError: if it gave nothing to read, or if something else than items was read.
    """
    # What an untyped function gives besides is refused below.
    given = cast(
        "AsyncIterable[object] | Iterable[object] | None", await call(polling.items, context)
    )
    if isinstance(given, list | tuple):
        return cast("Sequence[KindT]", given)  # the caller sees what is in it
    if given is None and or_none:
        return []
    if isinstance(given, AsyncIterable):
        await _read_async(given, reading)
    elif isinstance(given, Iterable):
        await _read_in_thread(given, reading)
    else:
        raise AuthorCodeError(
            f"the trigger's items are {type(given).__name__}, not a list of "
            f"`{reading.kind.__name__}`",
            hint="return an empty list when there is nothing",
        )
    return reading.items


async def _read_async(given: AsyncIterable[object], reading: Reading[KindT]) -> None:
    iterator = aiter(given)
    try:
        async for item in iterator:
            if reading.take(item):
                break
    finally:
        if (close := getattr(iterator, "aclose", None)) is not None:
            await close()


async def _read_in_thread(given: Iterable[object], reading: Reading[KindT]) -> None:
    """Read in one thread, since what fetches the items may block."""
    import threading

    abandoned = threading.Event()
    try:
        await call(partial(_read, reading=reading, abandoned=abandoned.is_set), given)
    finally:
        abandoned.set()  # a thread cannot be cancelled: it ends at its next item


def _read(
    given: Iterable[object], *, reading: Reading[KindT], abandoned: Callable[[], bool]
) -> None:
    iterator = iter(given)
    try:
        for item in iterator:
            if reading.take(item) or abandoned():
                break
    finally:
        if (close := getattr(iterator, "close", None)) is not None:
            close()


def check_kind(items: Iterable[object], kind: type[object]) -> None:
    """Refuse a list that holds anything but items of `kind`.

    Raises:
        AuthorCodeError: it names what is held instead.
    """
    if set(map(type, items)) <= {kind}:
        return
    for item in items:
        if not isinstance(item, kind):
            raise _wrong_kind(item, kind)


def _wrong_kind(item: object, kind: type[object]) -> AuthorCodeError:
    return AuthorCodeError(
        f"the trigger's items hold {type(item).__name__}, not `{kind.__name__}`",
        hint=f"the trigger's strategy needs each item as `{kind.__name__}(...)`",
    )
