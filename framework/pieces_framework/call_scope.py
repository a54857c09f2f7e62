"""What lives as long as one call of a piece's function, such as a pool of connections.

`calling.call` opens a scope around the function of a part, a hook or a loader. What that function
calls in turn shares the scope, and all that was put into it is closed when the function is done.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Final, Protocol, TypeVar, cast

if TYPE_CHECKING:
    from asyncio import AbstractEventLoop


class Closable(Protocol):
    """What a scope can hold."""

    async def aclose(self) -> None:
        """Let go of everything. Called once, on the loop that the thing was made on."""
        ...


ThingT = TypeVar("ThingT", bound=Closable)


class _Scope:
    def __init__(self, loop: AbstractEventLoop) -> None:
        self.loop: Final = loop
        self.is_open = True
        self.things: Final = dict[object, Closable]()

    async def aclose(self) -> None:
        self.is_open = False
        async with AsyncExitStack() as closing:  # closes all, also where the run is cancelled
            for thing in self.things.values():
                closing.push_async_callback(_close, thing)


async def _close(thing: Closable) -> None:
    try:
        await thing.aclose()
    # The run is over: what it returned or raised counts, and not how a pool takes its end.
    except Exception:
        import logging

        logging.getLogger(__name__).warning("cannot close %s", type(thing).__name__, exc_info=True)


_CURRENT: Final[ContextVar[_Scope | None]] = ContextVar("_CURRENT", default=None)


@asynccontextmanager
async def call_scope() -> AsyncGenerator[None]:
    """Open a scope, unless the call that this one is a part of has one on the same event loop."""
    import asyncio

    if _of_this_loop() is not None:
        yield
        return
    scope = _Scope(asyncio.get_running_loop())
    token = _CURRENT.set(scope)
    try:
        yield
    finally:
        _CURRENT.reset(token)
        await scope.aclose()


def shared(make: Callable[[], ThingT]) -> ThingT | None:
    """Return the one thing that `make` made for this call, made now if it was not.

    `None` outside of a call, in a task that outlives its call, and on another event loop than the
    call's: who asks then makes one for itself and closes it.
    """
    scope = _of_this_loop()
    if scope is None:
        return None
    if make not in scope.things:
        scope.things[make] = make()
    return cast("ThingT", scope.things[make])  # what `make` made is kept under it alone


def _of_this_loop() -> _Scope | None:
    import asyncio

    scope = _CURRENT.get()
    is_ours = scope is not None and scope.is_open and scope.loop is asyncio.get_running_loop()
    return scope if is_ours else None
