"""Properties whose value is JSON."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal, TypeAlias, TypeVar, overload

from typing_extensions import override

from pieces_framework.wire import JsonValue, parse_json

from .declaration import PropertyBase

T_co = TypeVar("T_co", covariant=True)

JsonDocument: TypeAlias = Mapping[str, JsonValue] | Sequence[JsonValue]
"""A JSON object or list; never text or another scalar."""


class Json(PropertyBase[T_co]):
    """A JSON object or list (`JSON`).

    Its run value is a `dict` or a `list`, or `None` when it is optional, has no default and was
    left empty. Text is parsed; what it holds must be an object or a list too.
    """

    kind = "JSON"
    expected = "Expected JSON"

    @overload
    def __init__(
        self: Json[JsonDocument],
        *,
        display_name: str,
        required: Literal[True],
        description: str | None = None,
        default_value: JsonDocument | None = None,
        name: str = "",
    ) -> None: ...
    @overload
    def __init__(
        self: Json[JsonDocument],
        *,
        display_name: str,
        default_value: JsonDocument,
        required: bool = False,
        description: str | None = None,
        name: str = "",
    ) -> None: ...
    @overload
    def __init__(
        self: Json[JsonDocument | None],
        *,
        display_name: str,
        required: bool = False,
        description: str | None = None,
        default_value: None = None,
        name: str = "",
    ) -> None: ...
    def __init__(self, **declared: Any) -> None:  # the overloads say what
        super().__init__(**declared)

    @override
    def coerce(self, raw: JsonValue) -> JsonDocument | None:
        value: JsonValue = raw
        if isinstance(raw, str):
            if not raw.strip():
                return None
            try:
                value = parse_json(raw)
            except ValueError:
                raise self.rejection(raw) from None
        if value is None or isinstance(value, bool | int | float | str):
            raise self.rejection(raw)
        return value
