"""Properties whose value is a number, a yes/no or a colour."""

from __future__ import annotations

from typing import Any, Literal, TypeVar, Unpack, overload

from typing_extensions import override

from pieces_framework.javascript import is_finite, js_number

from .constraints import Constraints
from .declaration import InputValue, PropertyBase, PropertyOptions

T_co = TypeVar("T_co", covariant=True)


class NumberOptions(PropertyOptions, total=False):
    """The keywords of `Number`, besides `required` and `default_value`."""

    ge: float
    """The least value."""
    le: float
    """The greatest value."""
    gt: float
    """The value must be above this."""
    lt: float
    """The value must be below this."""
    multiple_of: float
    """The value must be a whole multiple of this."""


class Number(PropertyBase[T_co]):
    """A number.

    Its run value is `int` where it is written without a fraction, else `float`; `None` when it is
    optional, has no default and was left empty. Text that writes a number is taken, as flows
    often pass it so; yes/no values, lists, infinity and NaN are refused.
    """

    kind = "NUMBER"
    expected = "Expected number"

    @overload
    def __init__(
        self: Number[float],
        *,
        required: Literal[True],
        default_value: float | None = None,
        **common: Unpack[NumberOptions],
    ) -> None: ...
    @overload
    def __init__(
        self: Number[float],
        *,
        default_value: float,
        required: bool = False,
        **common: Unpack[NumberOptions],
    ) -> None: ...
    @overload
    def __init__(
        self: Number[float | None],
        *,
        required: bool = False,
        default_value: None = None,
        **common: Unpack[NumberOptions],
    ) -> None: ...
    def __init__(
        self,
        *,
        ge: float | None = None,
        le: float | None = None,
        gt: float | None = None,
        lt: float | None = None,
        multiple_of: float | None = None,
        **declared: Any,  # the overloads say what
    ) -> None:
        constraints = Constraints(float, ge=ge, le=le, gt=gt, lt=lt, multiple_of=multiple_of)
        super().__init__(constraints=constraints, **declared)

    @override
    def coerce(self, raw: InputValue) -> int | float | None:
        if raw == "":
            return None
        number = js_number(raw) if isinstance(raw, str) else raw
        if not isinstance(number, (int, float)) or isinstance(number, bool):
            raise self.rejection(raw)
        if not is_finite(number):
            raise self.rejection(raw)
        return self.constrained(number, raw) if self.constraints else number


class Checkbox(PropertyBase[T_co]):
    """A yes/no.

    Its run value is `bool`, or `None` when it is optional, has no default and was left empty.
    Exactly the texts `true` and `false` are taken for the values; blank text is nothing.
    """

    kind = "CHECKBOX"
    expected = "Expected boolean"
    exact = frozenset({bool})

    @overload
    def __init__(
        self: Checkbox[bool],
        *,
        required: Literal[True],
        default_value: bool | None = None,
        **common: Unpack[PropertyOptions],
    ) -> None: ...
    @overload
    def __init__(
        self: Checkbox[bool],
        *,
        default_value: bool,
        required: bool = False,
        **common: Unpack[PropertyOptions],
    ) -> None: ...
    @overload
    def __init__(
        self: Checkbox[bool | None],
        *,
        required: bool = False,
        default_value: None = None,
        **common: Unpack[PropertyOptions],
    ) -> None: ...
    def __init__(self, **declared: Any) -> None:  # the overloads say what
        super().__init__(**declared)

    @override
    def coerce(self, raw: InputValue) -> bool | None:
        if isinstance(raw, bool):
            return raw
        if isinstance(raw, str):
            if not raw.strip():
                return None
            if raw in {"true", "false"}:
                return raw == "true"
        raise self.rejection(raw)


class Color(PropertyBase[T_co]):
    """A colour, picked in the form.

    Its run value is `str`, as the picker writes it `#RRGGBB`; an expression in a flow may supply
    any text, such as a name of a colour. `None` when it is optional, has no default and was left
    empty.
    """

    kind = "COLOR"
    expected = "Expected color"
    exact = frozenset({str})

    @overload
    def __init__(
        self: Color[str],
        *,
        required: Literal[True],
        default_value: str | None = None,
        **common: Unpack[PropertyOptions],
    ) -> None: ...
    @overload
    def __init__(
        self: Color[str],
        *,
        default_value: str,
        required: bool = False,
        **common: Unpack[PropertyOptions],
    ) -> None: ...
    @overload
    def __init__(
        self: Color[str | None],
        *,
        required: bool = False,
        default_value: None = None,
        **common: Unpack[PropertyOptions],
    ) -> None: ...
    def __init__(self, **declared: Any) -> None:  # the overloads say what
        super().__init__(**declared)

    @override
    def coerce(self, raw: InputValue) -> str | None:
        if not isinstance(raw, str):
            raise self.rejection(raw)
        return raw or None
