"""Properties whose value is JSON."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, Literal, TypeAlias, TypeVar, Unpack, cast, overload

from typing_extensions import TypeIs, override

from pieces_framework.wire import JsonValue, json_problem, parse_json

from .declaration import InputValue, PropertyBase, PropertyOptions

T_co = TypeVar("T_co", covariant=True)
_TEXT: Final = frozenset({str})
_ATOMS: Final = frozenset({str, int, bool, type(None)})

JsonDocument: TypeAlias = Mapping[str, JsonValue] | Sequence[JsonValue]
"""A JSON object or list; never text or another scalar."""


class Json(PropertyBase[T_co]):
    """A JSON object or list.

    Its run value is a `dict` or a `list`, or `None` when it is optional, has no default and was
    left empty. Text is parsed; what it holds must be an object or a list too.
    """

    kind = "JSON"
    expected = "Expected JSON"

    @overload
    def __init__(
        self: Json[JsonDocument],
        *,
        required: Literal[True],
        default_value: JsonDocument | None = None,
        **common: Unpack[PropertyOptions],
    ) -> None: ...
    @overload
    def __init__(
        self: Json[JsonDocument],
        *,
        default_value: JsonDocument,
        required: bool = False,
        **common: Unpack[PropertyOptions],
    ) -> None: ...
    @overload
    def __init__(
        self: Json[JsonDocument | None],
        *,
        required: bool = False,
        default_value: None = None,
        **common: Unpack[PropertyOptions],
    ) -> None: ...
    def __init__(self, **declared: Any) -> None:  # the overloads say what
        super().__init__(**declared)

    @override
    def coerce(self, raw: InputValue) -> JsonDocument | None:
        if isinstance(raw, str) and not raw.strip():
            return None
        value = _parsed(raw)
        if value is None or isinstance(value, (str, int, float)) or not _is_json(value):
            raise self.rejection(raw)
        return value


class Object(PropertyBase[T_co]):
    """A dictionary: names and values the user adds one by one.

    Its run value is a `dict`, or `None` when it is optional, has no default and was left empty.
    Text is parsed as JSON; whatever is not an object in the end is refused.
    """

    kind = "OBJECT"
    expected = "Expected object"

    @overload
    def __init__(
        self: Object[Mapping[str, JsonValue]],
        *,
        required: Literal[True],
        default_value: Mapping[str, JsonValue] | None = None,
        **common: Unpack[PropertyOptions],
    ) -> None: ...
    @overload
    def __init__(
        self: Object[Mapping[str, JsonValue]],
        *,
        default_value: Mapping[str, JsonValue],
        required: bool = False,
        **common: Unpack[PropertyOptions],
    ) -> None: ...
    @overload
    def __init__(
        self: Object[Mapping[str, JsonValue] | None],
        *,
        required: bool = False,
        default_value: None = None,
        **common: Unpack[PropertyOptions],
    ) -> None: ...
    def __init__(self, **declared: Any) -> None:  # the overloads say what
        super().__init__(**declared)

    @override
    def coerce(self, raw: InputValue) -> Mapping[str, JsonValue] | None:
        if isinstance(raw, str) and not raw.strip():
            return None
        value = _parsed(raw)
        if not _is_object(value):
            raise self.rejection(raw)
        return value


def _parsed(raw: InputValue) -> InputValue:
    if not isinstance(raw, str):
        return raw
    try:
        return parse_json(raw)
    except ValueError:
        return None


def _is_json(value: object) -> TypeIs[JsonDocument]:
    return _is_plain(value) or not json_problem(value, "value")


def _is_plain(value: object) -> bool:
    """Whether it is JSON of Python's own types, seen in one quick pass; if not, look closer."""
    kind = type(value)
    if kind is dict:
        entries = cast("dict[object, object]", value)
        items: Iterable[object] = entries.values()
        if not _TEXT.issuperset(map(type, entries)):
            return False
    elif kind is list:
        items = cast("list[object]", value)
    else:
        return kind in _ATOMS
    return _ATOMS.issuperset(map(type, items)) or all(map(_is_plain, items))


def _is_object(value: object) -> TypeIs[Mapping[str, JsonValue]]:
    return _is_json(value) and isinstance(value, Mapping)
