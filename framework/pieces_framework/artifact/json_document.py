"""JSON from strangers: nothing in it that could not be sent on, and no more than memory holds."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from pieces_framework.wire import JsonValue, NestingError, parse_json

if TYPE_CHECKING:
    from .limits import Limits
    from .rules import Refusals


_HALF_CHARACTER: Final = re.compile("[\ud800-\udfff]")


class _RepeatedKeyError(ValueError):
    """Which of the two values counts is up to each reader."""


def read_object(text: str, name: str, limits: Limits, refuse: Refusals) -> Mapping[str, JsonValue]:
    """Read a JSON object without NaN, half characters, keys that stand twice, or endless nesting.

    Raises:
        ArtifactError: if the text is anything else.
    """
    if sum(map(text.count, ",[{")) > limits.json_values:
        what = f"its {name} has more than {limits.json_values} values"
        raise refuse("json-values", what)
    try:
        value = parse_json(text, pairs_hook=_unique)
        depth = _depth(value, limits.json_depth)
    except _RepeatedKeyError as error:
        raise refuse("json-repeated-key", f"its {name} has {error}") from error
    except (NestingError, RecursionError) as error:
        raise refuse("json-depth", f"its {name} nests too deeply") from error
    except (ValueError, OverflowError) as error:
        raise refuse("json-syntax", f"its {name} is not valid JSON") from error
    if not isinstance(value, Mapping):
        raise refuse("json-syntax", f"its {name} is not a JSON object")
    if depth > limits.json_depth:
        raise refuse("json-depth", f"its {name} nests deeper than {limits.json_depth} levels")
    return value


def _unique(pairs: list[tuple[str, JsonValue]]) -> dict[str, JsonValue]:
    found: dict[str, JsonValue] = {}
    for key, value in pairs:
        if key in found:
            raise _RepeatedKeyError(f"the key {key[:80]!r} twice in one object")
        found[key] = value
    return found


def _depth(value: JsonValue, bound: int) -> int:
    """Return how deep a value nests, or a number above `bound`; look at its leaves on the way."""
    if isinstance(value, str) and _HALF_CHARACTER.search(value):
        raise ValueError("half a character")
    if isinstance(value, int):
        float(value)  # or other readers of the metadata would take it for infinite
    if bound < 0 or not isinstance(value, (Mapping, list)):
        return 0
    inner = 0
    if isinstance(value, Mapping):
        for key, child in value.items():
            inner = max(inner, _depth(key, 0), _depth(child, bound - 1))
    else:
        for child in value:
            inner = max(inner, _depth(child, bound - 1))
    return inner + 1
