"""Where two texts of JSON differ, for a message."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from pieces_framework.wire import JsonValue

_SHOWN: Final = 60
"""How many characters of a value a message shows."""


def difference(first: str, second: str) -> str:
    """Say where two texts of JSON differ first."""
    path = "metadata"
    left: JsonValue = json.loads(first)
    right: JsonValue = json.loads(second)
    while step := _differing_step(left, right):
        path, left, right = f"{path}{step[0]}", step[1], step[2]
    return f"`{path}` is {_short(left)} in one process and {_short(right)} in another"


def _differing_step(left: JsonValue, right: JsonValue) -> tuple[str, JsonValue, JsonValue] | None:
    for step, one, other in _pairs(left, right):
        if json.dumps(one) != json.dumps(other):
            return step, one, other
    return None


def _pairs(left: JsonValue, right: JsonValue) -> Iterator[tuple[str, JsonValue, JsonValue]]:
    """Yield what two values hold at the same place, if they are of one shape."""
    if isinstance(left, Mapping) and isinstance(right, Mapping):
        if [*left] == [*right]:
            yield from ((f".{key}", left[key], right[key]) for key in left)
    elif isinstance(left, str) or isinstance(right, str):
        return
    elif isinstance(left, Sequence) and isinstance(right, Sequence) and len(left) == len(right):
        for index, (one, other) in enumerate(zip(left, right, strict=True)):
            yield f"[{index}]", one, other


def _short(value: JsonValue) -> str:
    text = json.dumps(value)
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"
