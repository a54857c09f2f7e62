"""Reading what was recorded: JSON in which some objects stand for values that JSON lacks."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final, cast

from typing_extensions import TypeIs

from pieces_framework import JsonValue

_UNDEFINED: Final = {"$js": "undefined"}
_SPECIAL: Final = {"NaN": math.nan, "Infinity": math.inf, "-Infinity": -math.inf}
_EXACT_CHARACTERS: Final = 15
"""An integer written in so many characters at most is exact as JavaScript's number."""


def read(path: Path) -> Any:  # whatever was recorded
    """Return the document in `path`, its numbers those that JavaScript reads in it."""
    return json.loads(path.read_text("utf-8-sig"), parse_int=_integer)


def fields(value: Any) -> dict[str, Any]:
    """Return the fields of an object; of anything else, that it has none."""
    return cast("dict[str, Any]", value) if isinstance(value, dict) else {}  # JSON's keys are text


def is_object(value: object) -> TypeIs[dict[str, Any]]:
    """Whether it is an object; JSON's keys are text."""
    return isinstance(value, dict)


def is_list(value: object) -> TypeIs[Sequence[Any]]:
    """Whether it is a list, or a tuple, which JSON makes one."""
    return isinstance(value, list | tuple)


def plain(value: JsonValue) -> Any:
    """Return `value` with `{"$js": "NaN"}` as a NaN, and without its undefined fields.

    Raises:
        ValueError: if it holds a `$js` that stands for nothing known.
    """
    if isinstance(value, list):
        return [plain(item) for item in value]
    if not isinstance(value, dict):
        return value
    if value == _UNDEFINED:
        return None  # within a list, or all there is
    if value.keys() == {"$js"}:
        name = str(value["$js"])
        if name not in _SPECIAL:
            raise ValueError(f"nothing known is called {name!r}")
        return _SPECIAL[name]
    return {key: plain(each) for key, each in value.items() if each != _UNDEFINED}


def text(value: JsonValue) -> str:
    """Return `value` as JSON text that is the same for equal values only.

    >>> text({"b": 1.0, "a": True}) == text({"a": True, "b": 1}), text(1) == text(True)
    (True, False)
    """
    return json.dumps(_whole(value), sort_keys=True, ensure_ascii=False)


def _whole(value: JsonValue) -> JsonValue:
    if isinstance(value, list):
        return [_whole(item) for item in value]
    if isinstance(value, dict):
        return {key: _whole(each) for key, each in value.items()}
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _integer(digits: str) -> int | float:
    return int(digits) if len(digits) <= _EXACT_CHARACTERS else float(digits)
