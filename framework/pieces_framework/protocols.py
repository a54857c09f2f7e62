"""What the engine gives a piece, as Protocols: a piece never knows who stands behind them."""

from __future__ import annotations

from enum import Enum
from typing import Protocol, TypeVar

from .wire import JsonValue

T = TypeVar("T")


class StoreScope(Enum):
    """Who shares a stored value."""

    FLOW = "FLOW"
    """One flow; each flow has its own."""
    PROJECT = "COLLECTION"
    """Every piece and flow of the project: begin your keys with the piece's name."""


class Store(Protocol):
    """Persistent key-value storage, isolated by scope.

    A key has 1 to 128 characters; a value is JSON of at most 512 KB, and a `datetime` in it
    becomes ISO text.

    Source: product documentation, "Persistent Storage".
    """

    async def put(self, key: str, value: JsonValue, scope: StoreScope = StoreScope.FLOW) -> None:
        """Keep `value` under `key`, replacing what was there.

        Raises:
            StoreError: if the key or the value is outside the limits.
        """
        ...

    async def get(
        self, key: str, as_type: type[T], scope: StoreScope = StoreScope.FLOW
    ) -> T | None:
        """Return what is kept under `key`, or `None`. Pass `object` to take any value.

        Raises:
            StoreError: if the value is of another type than `as_type`.
        """
        ...

    async def delete(self, key: str, scope: StoreScope = StoreScope.FLOW) -> None:
        """Forget `key`; it is no error if there is none."""
        ...
