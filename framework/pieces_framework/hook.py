"""Hooks: the functions of an action or trigger that attach to it by decorator."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Final, Generic, TypeVar, overload

from .calling import Function, call

ContextT = TypeVar("ContextT")
ResultT = TypeVar("ResultT")


class Hook(Generic[ContextT, ResultT]):
    """One hook. Used as a decorator it attaches the author's function."""

    def __init__(self, name: str, default: Callable[[ContextT], Awaitable[ResultT]]) -> None:
        self.name: Final = name
        self.default: Final = default
        """What runs where nothing is attached."""
        self.functions: Final[list[Function[ContextT, ResultT]]] = []
        """What was attached; more than one is a mistake that `create_piece` reports."""

    @overload
    def __call__(
        self, function: Callable[[ContextT], Awaitable[ResultT]], /
    ) -> Callable[[ContextT], Awaitable[ResultT]]: ...
    @overload
    def __call__(
        self, function: Callable[[ContextT], ResultT], /
    ) -> Callable[[ContextT], ResultT]: ...
    def __call__(self, function: Function[ContextT, ResultT], /) -> Function[ContextT, ResultT]:
        """Attach `function` and return it unchanged, so that a test can call it."""
        self.functions.append(function)
        return function

    async def run(self, context: ContextT) -> ResultT:
        """Run the attached function; without one, the default."""
        if self.functions:
            return await call(self.functions[0], context)
        return await self.default(context)
