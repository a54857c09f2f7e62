"""Calling what an author wrote: `async def` is awaited, `def` runs in a thread."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TypeAlias, TypeVar, cast

from .call_scope import call_scope

ArgT = TypeVar("ArgT")
ResultT = TypeVar("ResultT")

Function: TypeAlias = Callable[[ArgT], Awaitable[ResultT]] | Callable[[ArgT], ResultT]


async def call(function: Function[ArgT, ResultT], argument: ArgT) -> ResultT:
    """Call `function` with its one argument, in a scope, without blocking the event loop."""
    async with call_scope():
        return await _called(function, argument)


async def _called(function: Function[ArgT, ResultT], argument: ArgT) -> ResultT:
    import asyncio
    import inspect

    if inspect.iscoroutinefunction(function):
        return await cast("Callable[[ArgT], Awaitable[ResultT]]", function)(argument)
    result = await asyncio.to_thread(_without_stop_iteration, function, argument)
    if inspect.isawaitable(result):  # a plain function that returns a coroutine, e.g. a lambda
        return await cast("Awaitable[ResultT]", result)
    return cast("ResultT", result)


def _without_stop_iteration(function: Callable[[ArgT], object], argument: ArgT) -> object:
    try:
        return function(argument)
    except StopIteration as error:  # no future can hold one: the caller would wait for ever
        raise RuntimeError("the function raised StopIteration") from error


def source_of(function: object) -> str:
    """Return where a function is written, as ` (FILE:LINE)`; nothing if it does not say."""
    code = getattr(getattr(function, "__wrapped__", function), "__code__", None)
    return f" ({code.co_filename}:{code.co_firstlineno})" if code else ""
