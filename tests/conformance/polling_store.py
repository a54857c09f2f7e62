"""The store of a polling case."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, TypeVar, cast

from pieces_framework import JsonValue, StorableValue, StoreScope
from pieces_framework.storage import check_key, decode_value, encode_value

T = TypeVar("T")


class CaseStore:
    """A store that can say all it holds and all that was written, which cases are compared by."""

    def __init__(self, contents: Mapping[str, JsonValue]) -> None:
        self.contents = dict(contents)
        self.writes: Final[list[JsonValue]] = []
        """Each put and delete, in the form of a case's `store_ops`."""

    async def put(
        self, key: str, value: StorableValue, scope: StoreScope = StoreScope.FLOW
    ) -> None:
        check_key(key)
        # It was encoded as JSON.
        kept = cast("JsonValue", decode_value(key, encode_value(key, value), object))
        self.contents[self._place(key, scope)] = kept
        self.writes.append({"op": "put", "key": self._place(key, scope), "value": kept})

    async def get(
        self, key: str, as_type: type[T], scope: StoreScope = StoreScope.FLOW
    ) -> T | None:
        check_key(key)
        kept = self.contents.get(self._place(key, scope))
        return decode_value(key, encode_value(key, kept), as_type)

    async def delete(self, key: str, scope: StoreScope = StoreScope.FLOW) -> None:
        check_key(key)
        self.contents.pop(self._place(key, scope), None)
        self.writes.append({"op": "delete", "key": self._place(key, scope)})

    def _place(self, key: str, scope: StoreScope) -> str:
        return key if scope is StoreScope.FLOW else f"{scope.name}/{key}"
