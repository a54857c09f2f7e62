"""Calls the function that fetches a trigger's items, in any of its forms, and checks them."""

from __future__ import annotations

from collections.abc import AsyncIterable, Iterable, Iterator
from typing import TypeVar, cast

from pieces_framework import AuthorCodeError
from pieces_framework.calling import call

from .declaration import Polling, PollingContext

AuthT = TypeVar("AuthT")
PropsT = TypeVar("PropsT")
KindT = TypeVar("KindT")


async def fetch_items(
    polling: Polling[AuthT, PropsT],
    context: PollingContext[AuthT, PropsT],
    kind: type[KindT],
    *,
    or_none: bool = False,
) -> list[KindT]:
    """Return what the function fetched, as a list of `kind`.

    Args:
        polling: holds the function.
        context: what the function receives.
        kind: the class of item that the strategy works on.
        or_none: take `None` for an empty list.

    Raises:
        AuthorCodeError: if it gave no list, or a list of something else.
    """
    import asyncio

    # What an untyped function gives besides is refused below.
    given = cast(
        "AsyncIterable[object] | Iterable[object] | None", await call(polling.items, context)
    )
    if isinstance(given, AsyncIterable):
        return _checked([item async for item in given], kind)
    if isinstance(given, Iterator):
        given = await asyncio.to_thread(list, given)  # the body of a generator may block
    if given is None and or_none:
        return []
    if not isinstance(given, Iterable):
        raise AuthorCodeError(
            f"the trigger's items are {type(given).__name__}, not a list of `{kind.__name__}`",
            hint="return an empty list when there is nothing",
        )
    return _checked(list(given), kind)


def _checked(items: list[object], kind: type[KindT]) -> list[KindT]:
    right = [item for item in items if isinstance(item, kind)]
    if len(right) == len(items):
        return right
    wrong = next(item for item in items if not isinstance(item, kind))
    raise AuthorCodeError(
        f"the trigger's items hold {type(wrong).__name__}, not `{kind.__name__}`",
        hint=f"the trigger's strategy needs each item as `{kind.__name__}(...)`",
    )
