"""Properties whose value is a number or a yes/no."""

from __future__ import annotations

from typing import Any, Literal, TypeVar, overload

from typing_extensions import override

from pieces_framework.javascript import is_finite, js_number
from pieces_framework.wire import JsonValue

from .declaration import PropertyBase

T_co = TypeVar("T_co", covariant=True)


class Number(PropertyBase[T_co]):
    """A number (`NUMBER`).

    Its run value is `int` where a whole number was given, else `float`; `None` when it is
    optional, has no default and was left empty. Text that writes a number is taken, as flows
    often pass it so; yes/no values, lists, infinity and NaN are refused.
    """

    kind = "NUMBER"
    expected = "Expected number"

    @overload
    def __init__(
        self: Number[float],
        *,
        display_name: str,
        required: Literal[True],
        description: str | None = None,
        default_value: float | None = None,
        name: str = "",
    ) -> None: ...
    @overload
    def __init__(
        self: Number[float],
        *,
        display_name: str,
        default_value: float,
        required: bool = False,
        description: str | None = None,
        name: str = "",
    ) -> None: ...
    @overload
    def __init__(
        self: Number[float | None],
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
    def coerce(self, raw: JsonValue) -> int | float | None:
        if raw == "":
            return None
        number = js_number(raw) if isinstance(raw, str) else raw
        if isinstance(number, bool) or not isinstance(number, int | float):
            raise self.rejection(raw)
        if not is_finite(number):
            raise self.rejection(raw)
        return number


class Checkbox(PropertyBase[T_co]):
    """A yes/no (`CHECKBOX`).

    Its run value is `bool`, or `None` when it is optional, has no default and was left empty.
    Exactly the texts `true` and `false` are taken for the values; blank text is nothing.
    """

    kind = "CHECKBOX"
    expected = "Expected boolean"

    @overload
    def __init__(
        self: Checkbox[bool],
        *,
        display_name: str,
        required: Literal[True],
        description: str | None = None,
        default_value: bool | None = None,
        name: str = "",
    ) -> None: ...
    @overload
    def __init__(
        self: Checkbox[bool],
        *,
        display_name: str,
        default_value: bool,
        required: bool = False,
        description: str | None = None,
        name: str = "",
    ) -> None: ...
    @overload
    def __init__(
        self: Checkbox[bool | None],
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
    def coerce(self, raw: JsonValue) -> bool | None:
        if isinstance(raw, bool):
            return raw
        if isinstance(raw, str):
            if not raw.strip():
                return None
            if raw in {"true", "false"}:
                return raw == "true"
        raise self.rejection(raw)
