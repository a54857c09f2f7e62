"""Properties whose value is text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal, TypeVar, overload

from typing_extensions import override

from pieces_framework.javascript import js_text
from pieces_framework.wire import JsonValue

from .declaration import PropertyBase

T_co = TypeVar("T_co", covariant=True)


class ShortText(PropertyBase[T_co]):
    """A single line of text (`SHORT_TEXT`).

    Its run value is `str`, or `None` when it is optional, has no default and was left empty.
    Numbers and yes/no values become text, lists and objects compact JSON text. Empty text is a
    value where the property is required and nothing where it is optional.

    Source: property processing of the original engine, newest release.
    """

    kind = "SHORT_TEXT"
    expected = "Expected string"

    @overload
    def __init__(
        self: ShortText[str],
        *,
        display_name: str,
        required: Literal[True],
        description: str | None = None,
        default_value: str | None = None,
        name: str = "",
    ) -> None: ...
    @overload
    def __init__(
        self: ShortText[str],
        *,
        display_name: str,
        default_value: str,
        required: bool = False,
        description: str | None = None,
        name: str = "",
    ) -> None: ...
    @overload
    def __init__(
        self: ShortText[str | None],
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
    def coerce(self, raw: JsonValue) -> str | None:
        return text_value(raw, keep_empty=self.required or self.default_value is not None)


class LongText(PropertyBase[T_co]):
    """Text of several lines (`LONG_TEXT`). Its values follow the rules of `ShortText`."""

    kind = "LONG_TEXT"
    expected = "Expected string"

    @overload
    def __init__(
        self: LongText[str],
        *,
        display_name: str,
        required: Literal[True],
        description: str | None = None,
        default_value: str | None = None,
        name: str = "",
    ) -> None: ...
    @overload
    def __init__(
        self: LongText[str],
        *,
        display_name: str,
        default_value: str,
        required: bool = False,
        description: str | None = None,
        name: str = "",
    ) -> None: ...
    @overload
    def __init__(
        self: LongText[str | None],
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
    def coerce(self, raw: JsonValue) -> str | None:
        return text_value(raw, keep_empty=self.required or self.default_value is not None)


def text_value(raw: JsonValue, *, keep_empty: bool) -> str | None:
    """Turn any JSON value into text; empty text is `None` unless `keep_empty`."""
    import json

    if isinstance(raw, Mapping) or (isinstance(raw, Sequence) and not isinstance(raw, str)):
        return json.dumps(raw, ensure_ascii=False, separators=(",", ":"))
    return js_text(raw) if keep_empty or raw != "" else None
