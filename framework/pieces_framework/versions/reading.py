"""Reading documents that may hold anything: what is not as expected counts as not there.

Nothing here shows a value; paths show keys only, and those cut short.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Hashable, Mapping, Sequence
from typing import Final

from pieces_framework.wire import JsonValue

Fields = Mapping[str, JsonValue]
_PLAIN_KEY: Final = re.compile(r"[A-Za-z_$][A-Za-z0-9_$-]{0,79}")


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


def kind_of(value: JsonValue) -> str:
    """Return what JSON Schema calls the kind of a value: `object`, `array`, `string`, ..."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, int | float):
        return "number"
    if isinstance(value, str):
        return "string"
    return "object" if isinstance(value, Mapping) else "array"


def shown(value: JsonValue) -> str:
    """Return a word of the wire form, such as a type, for a message: in backticks, cut short."""
    word = text(value)
    return "nothing" if word is None else f"`{_printable(word[:60])}`"


def key_path(path: str, key: str) -> str:
    """Return the path of the value under `key`.

    >>> key_path("actions", "send"), key_path("actions", "send it")
    ('actions.send', 'actions["send it"]')
    """
    if not _PLAIN_KEY.fullmatch(key):
        return f"{path}[{_printable(json.dumps(key[:80], ensure_ascii=False))}]"
    return f"{path}.{key}" if path else key


def _printable(word: str) -> str:
    """Escape half characters and line breaks: a report has one line for a change."""
    return "".join(
        each if each.isprintable() else each.encode("unicode_escape").decode() for each in word
    )
