"""A call of a piece's function shares one thing of each kind, and closes it when it is done."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import TypeVar

import pytest

from pieces_framework.call_scope import shared
from pieces_framework.calling import Function, call

ResultT = TypeVar("ResultT")


async def called(function: Callable[[], Awaitable[ResultT]]) -> ResultT:
    """Call `function` as the function of a piece is called."""

    async def of_a_piece(_: None) -> ResultT:
        return await function()

    wanted: Function[None, ResultT] = of_a_piece
    return await call(wanted, None)


@dataclass
class Pool:
    """Something to be closed."""

    closed: bool = False

    async def aclose(self) -> None:
        self.closed = True


@dataclass
class Caller:
    """Stands for a part of a piece; keeps the pools it was given."""

    pools: list[Pool | None] = field(default_factory=list[Pool | None])

    def take(self) -> Pool | None:
        self.pools.append(shared(Pool))
        return self.pools[-1]


async def test_a_call_and_the_calls_inside_it_share_one_until_it_ends() -> None:
    caller = Caller()

    async def inner() -> bool:
        pool = caller.take()
        return pool is not None and not pool.closed

    async def outer() -> bool:
        caller.take()
        inside = await asyncio.gather(called(inner), called(inner))
        after = caller.take()
        return all(inside) and after is not None and not after.closed

    was_open = await called(outer)

    assert was_open
    assert len({id(pool) for pool in caller.pools}) == 1
    assert [pool.closed for pool in caller.pools if pool] == [True] * 4


async def test_two_calls_share_nothing() -> None:
    caller = Caller()
    met = asyncio.Barrier(2)

    async def one() -> None:
        caller.take()
        await met.wait()

    await asyncio.gather(called(one), called(one))

    assert len({id(pool) for pool in caller.pools}) == 2


async def test_a_call_that_fails_closes_too() -> None:
    caller = Caller()

    async def fail() -> None:
        caller.take()
        raise LookupError

    with pytest.raises(LookupError):
        await called(fail)

    assert [pool.closed for pool in caller.pools if pool] == [True]


@dataclass
class Stuck(Pool):
    """Something that is closed, but not without an error."""

    async def aclose(self) -> None:
        self.closed = True
        raise OSError("stuck")


async def test_what_cannot_be_closed_neither_changes_the_result_nor_keeps_others_open() -> None:
    pools: list[Pool | None] = []

    async def answer() -> str:
        pools.extend([shared(Pool), shared(Stuck)])
        return "answer"

    assert await called(answer) == "answer"
    assert [pool.closed for pool in pools if pool] == [True] * 2


async def test_what_cannot_be_closed_does_not_replace_the_error_of_the_call() -> None:
    async def fail() -> None:
        shared(Stuck)
        raise LookupError

    with pytest.raises(LookupError):
        await called(fail)


async def test_a_call_that_is_cancelled_while_it_closes_closes_the_rest() -> None:
    rest = Pool()

    class Slow(Pool):
        async def aclose(self) -> None:
            closing.set()
            await asyncio.Event().wait()

    async def answer() -> None:
        shared(lambda: rest)
        shared(Slow)

    closing = asyncio.Event()
    task = asyncio.create_task(called(answer))
    await closing.wait()
    task.cancel()

    with pytest.raises(asyncio.CancelledError):
        await task
    assert rest.closed


async def test_outside_of_a_call_nothing_is_shared() -> None:
    assert shared(Pool) is None


async def test_a_task_that_outlives_its_call_shares_nothing() -> None:
    ended = asyncio.Event()

    async def late() -> Pool | None:
        await ended.wait()
        return shared(Pool)

    async def start() -> asyncio.Task[Pool | None]:
        return asyncio.create_task(late())

    task = await called(start)
    ended.set()

    assert await task is None


async def test_another_event_loop_shares_nothing_with_this_one() -> None:
    caller = Caller()

    async def ask() -> None:
        caller.take()

    def plain() -> None:
        asyncio.run(ask())

    async def outer() -> None:
        caller.take()
        await asyncio.to_thread(plain)

    await called(outer)

    assert [pool is None for pool in caller.pools] == [False, True]
