"""The wire form: JSON values, and the camelCase documents that describe a piece to other programs.

Parameter names become keys here. Names of actions, triggers and properties are data: they are keys
or values of a document, never converted.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NoReturn, TypeAlias, cast

from typing_extensions import TypeIs

if TYPE_CHECKING:
    from datetime import date

JsonValue: TypeAlias = (
    "bool | int | float | str | Sequence[JsonValue] | Mapping[str, JsonValue] | None"
)
"""Anything JSON can say. Writable as `list` and `dict`, read as `Sequence` and `Mapping`."""

StorableValue: TypeAlias = (
    "JsonValue | date | Sequence[StorableValue] | Mapping[str, StorableValue]"
)
"""JSON in which dates and times may stand; a store keeps them as ISO text."""

_PLAIN_KEY: Final = re.compile(r"[A-Za-z_$][A-Za-z0-9_$-]{0,79}")


def leaves(value: object) -> Iterator[object]:
    """Yield all in `value` that is no object or list itself, however deep, in no certain order.

    Keys are not in it. What holds itself is walked through once.

    >>> sorted(leaves({"a": [1, [2]], "b": 3}))
    [1, 2, 3]
    """
    pending = [value]
    walked = dict[int, object]()  # kept, so that no other gets the same `id`
    while pending:
        item = pending.pop()
        within = _within(item)
        if within is None:
            yield item
        elif id(item) not in walked:
            walked[id(item)] = item
            pending.extend(within)


def _within(value: object) -> Iterable[object] | None:
    if isinstance(value, Mapping):
        return cast("Mapping[object, object]", value).values()
    if isinstance(value, Sequence) and not isinstance(value, str | bytes):
        return cast("Sequence[object]", value)
    return None


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


@dataclass(frozen=True)
class Overlay:
    """What a loaded document says beyond what our own declaration would, or short of it.

    It lets documents of other generations come back as they were: keys we have no field for, and
    keys we always write that were absent there.
    """

    added: Mapping[str, JsonValue]
    omitted: frozenset[str]

    @staticmethod
    def between(ours: Mapping[str, JsonValue], theirs: Mapping[str, JsonValue]) -> Overlay | None:
        """Return what turns `ours` into `theirs`; `None` if they are one document."""
        added = {
            key: value
            for key, value in theirs.items()
            if key not in ours or not same_json(ours[key], value)
        }
        omitted = frozenset(ours.keys() - theirs.keys())
        return Overlay(added, omitted) if added or omitted else None

    def apply(self, document: Mapping[str, JsonValue]) -> dict[str, JsonValue]:
        """Return `document` with what was added, without what was omitted."""
        kept = {key: value for key, value in document.items() if key not in self.omitted}
        return {**kept, **self.added}


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


class NestingError(ValueError):
    """JSON text nests deeper than Python can read."""


def parse_json(
    text: str | bytes,
    *,
    pairs_hook: Callable[[list[tuple[str, JsonValue]]], JsonValue] | None = None,
) -> JsonValue:
    """Read JSON text. Unlike Python's own reader it takes no number that JSON cannot say.

    Args:
        text: the JSON.
        pairs_hook: makes a value of an object's keys and values; repeated keys come to it too.

    Raises:
        ValueError: if it is not JSON, or holds NaN, infinity or a number beyond all floats.
        NestingError: if it nests too deeply; a `ValueError` too.
    """
    import json

    try:
        value: JsonValue = json.loads(
            text,
            object_pairs_hook=pairs_hook,
            parse_constant=_refuse_number,
            parse_float=_finite_float,
        )
    except RecursionError:
        raise NestingError("it nests too deeply") from None
    return value


def key_path(path: str, key: str) -> str:
    """Return the path of the value under `key`, for messages: one line, and long keys cut short.

    >>> key_path("actions", "send"), key_path("actions", "send it")
    ('actions.send', 'actions["send it"]')
    """
    if _PLAIN_KEY.fullmatch(key):
        return f"{path}.{key}" if path else key
    import json

    return f"{path}[{printable(json.dumps(key[:80], ensure_ascii=False))}]"


def printable(text: str) -> str:
    """Return `text` with half characters, line breaks and what is not seen written as escapes."""
    return "".join(
        each if each.isprintable() else each.encode("unicode_escape").decode() for each in text
    )


def json_problem(value: object, path: str) -> str:
    """Say what in `value` JSON cannot say, and where: `path.items[3]`. Empty if there is none."""
    try:
        return next(_json_problems(value, path), "")
    except RecursionError:
        return f"`{path}` nests too deeply, or holds itself"


def _json_problems(value: object, path: str) -> Iterator[str]:
    if isinstance(value, float) and not abs(value) < float("inf"):
        yield f"`{path}` is {value}, which JSON cannot say"
    elif _is_any_mapping(value):
        for key, item in value.items():
            if not isinstance(key, str):
                yield f"`{path}` has the key {key!r}, which is not text"
            yield from _json_problems(item, key_path(path, str(key)))
    elif isinstance(value, list | tuple):
        for index, item in enumerate(cast("Sequence[object]", value)):
            yield from _json_problems(item, f"{path}[{index}]")
    elif not (value is None or isinstance(value, bool | int | float | str)):
        yield f"`{path}` is `{type(value).__name__}`, which is not JSON"


def _is_any_mapping(value: object) -> TypeIs[Mapping[object, object]]:
    return isinstance(value, Mapping)


def _refuse_number(text: str) -> NoReturn:
    raise ValueError(f"{text} is not JSON")


def _finite_float(text: str) -> float:
    number = float(text)
    return number if abs(number) < float("inf") else _refuse_number(text)


def _is_list(value: JsonValue) -> TypeIs[Sequence[JsonValue]]:
    return isinstance(value, Sequence) and not isinstance(value, str)
