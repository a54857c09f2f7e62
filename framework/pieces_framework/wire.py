"""The wire form: JSON values, and the camelCase documents that describe a piece to other programs.

camelCase is made here and nowhere else. Names of actions, triggers and properties are data: they
are keys or values of a document, never converted.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeAlias

from typing_extensions import TypeIs

JsonValue: TypeAlias = (
    "bool | int | float | str | Sequence[JsonValue] | Mapping[str, JsonValue] | None"
)
"""Anything JSON can say. Writable as `list` and `dict`, read as `Sequence` and `Mapping`."""


def camel_case(name: str) -> str:
    """Return the wire form of a parameter's name.

    >>> camel_case("display_name")
    'displayName'
    """
    first, *rest = name.split("_")
    return first + "".join(word.capitalize() for word in rest)


def document(**fields: JsonValue) -> dict[str, JsonValue]:
    """Build a wire document: keys in camelCase, fields that are `None` left out.

    >>> document(display_name="Gelato", description=None)
    {'displayName': 'Gelato'}
    """
    return {camel_case(name): value for name, value in fields.items() if value is not None}


def same_json(left: JsonValue, right: JsonValue) -> bool:
    """Whether two values are one JSON value: `1` is `1.0`, but `True` is not `1`."""
    if isinstance(left, bool) or isinstance(right, bool):
        return left is right
    if isinstance(left, Mapping) and isinstance(right, Mapping):
        return left.keys() == right.keys() and all(
            same_json(value, right[key]) for key, value in left.items()
        )
    if _is_list(left) and _is_list(right):
        return len(left) == len(right) and all(map(same_json, left, right))
    return left == right


def _is_list(value: JsonValue) -> TypeIs[Sequence[JsonValue]]:
    return isinstance(value, Sequence) and not isinstance(value, str)
