"""Reading what was recorded: JSON in which some objects stand for values that JSON lacks."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any, Final

from pieces_framework import JsonValue

_UNDEFINED: Final = {"$js": "undefined"}
_SPECIAL: Final = {"NaN": math.nan, "Infinity": math.inf}


def read(path: Path) -> Any:  # whatever was recorded
    """Return the document in `path`: `{"$js": "NaN"}` is a NaN, an undefined field is left out."""
    return _plain(json.loads(path.read_text("utf-8-sig")))


def _plain(value: JsonValue) -> JsonValue:
    if isinstance(value, list):
        return [_plain(item) for item in value]
    if not isinstance(value, dict):
        return value
    if value == _UNDEFINED:
        return None  # within a list, or all there is
    if value.keys() == {"$js"}:
        return _SPECIAL[str(value["$js"])]
    return {key: _plain(each) for key, each in value.items() if each != _UNDEFINED}


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
