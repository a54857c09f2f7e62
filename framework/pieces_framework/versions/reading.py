"""Reading documents that may hold anything: what is not as expected counts as not there.

Nothing here shows a value but words of the wire form, and those cut short.
"""

from __future__ import annotations

import math
from collections.abc import Hashable, Mapping, Sequence

from pieces_framework.wire import JsonValue, kind_of, printable

Fields = Mapping[str, JsonValue]


def fields(value: JsonValue) -> Fields:
    """Return the fields of an object; of anything else, none."""
    return value if isinstance(value, Mapping) else {}


def items(value: JsonValue) -> Sequence[JsonValue]:
    """Return the items of a list; of anything else, none."""
    return value if isinstance(value, Sequence) and not isinstance(value, str) else ()


def text(value: JsonValue) -> str | None:
    """Return a text as it is; of anything else, `None`."""
    return value if isinstance(value, str) else None


def number(value: JsonValue) -> int | float | None:
    """Return a finite number as it is; of anything else, `None`."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return value if isinstance(value, int) or math.isfinite(value) else None


def is_true(value: JsonValue) -> bool:
    """Whether it is `true`; nothing else will do."""
    return value is True


def identity(value: JsonValue) -> Hashable:
    """Return what is equal for equal JSON values only: `1` and `1.0`, but not `True`.

    >>> identity([1.0, {"a": None}]) == identity([1, {"a": None}]), identity(1) == identity(True)
    (True, False)
    """
    if isinstance(value, Mapping):
        return "object", frozenset((key, identity(each)) for key, each in value.items())
    if isinstance(value, Sequence) and not isinstance(value, str):
        return "list", tuple(identity(each) for each in value)
    return kind_of(value), value


def shown(value: JsonValue) -> str:
    """Return a word of the wire form, such as a type, for a message: in backticks, cut short."""
    word = text(value)
    return "nothing" if word is None else f"`{printable(word[:60])}`"
