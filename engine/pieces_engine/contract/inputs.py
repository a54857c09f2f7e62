"""Inputs made up for a piece: the same in every run, and within what its properties allow."""

from __future__ import annotations

import math
import typing
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from pieces_framework.property import InputValue, NoProps, PropsDeclaration, properties_of
from pieces_framework.property.declaration import PropertyBase, Rejected

if TYPE_CHECKING:
    from pieces_framework.auth import AuthBase
    from pieces_framework.wire import JsonValue

AnyProperty: TypeAlias = "PropertyBase[Any]"

_TEXT: Final = "contract"
_PATTERNED: Final = (
    "contract",
    "Contract",
    "CONTRACT",
    "1",
    "12345",
    "123e4567-e89b-42d3-a456-426614174000",
    "contract@example.com",
    "https://example.com/contract",
    "example.com",
    "2026-01-02",
    "12:30",
    "+14155550123",
    "#336699",
)
"""What may match a pattern; a pattern that none of them matches gets no made-up value."""
_LONG_TEXT: Final = 2000
_EDGES: Final = (("with all properties", 0), ("with other values", 1), ("with edge values", -1))
_SIMPLE: Final[Mapping[object, JsonValue]] = {str: "choice", int: 1, float: 1.5, bool: True}


class NoValueError(Exception):
    """No value is known that the property would take in real life."""


@dataclass(frozen=True, kw_only=True)
class InputSet:
    """What a user might fill in."""

    name: str
    """As messages begin: `with all properties`."""
    values: Mapping[str, InputValue]


class Inputs:
    """Makes inputs up, and remembers the secrets among them."""

    def __init__(self) -> None:
        self.secrets: Final[list[str]] = []
        """Every secret given out so far."""
        # Each takes a property of its own kind.
        self._makers: Final[Mapping[str, Callable[[Any], Iterator[InputValue]]]] = {
            **dict.fromkeys(("SHORT_TEXT", "LONG_TEXT", "RICH_TEXT"), _texts),
            **{kind: partial(_fixed, values) for kind, values in _FIXED.items()},
            "SECRET_TEXT": self._secret_texts,
            "NUMBER": _numbers,
            "STATIC_DROPDOWN": _choices,
            "STATIC_MULTI_SELECT_DROPDOWN": partial(_each_alone, _choices),
            "DROPDOWN": _loaded_choices,
            "MULTI_SELECT_DROPDOWN": partial(_each_alone, _loaded_choices),
            "ARRAY": self._rows,
            "DYNAMIC": _children,
        }

    def sets(self, props: PropsDeclaration) -> Iterator[InputSet]:
        """Yield what to run with when everything is filled in: as usual, and at the edges.

        Raises:
            NoValueError: if a required property takes no value that can be made up.
        """
        seen: list[Mapping[str, InputValue]] = []
        for name, edge in _EDGES:
            values = self._filled_in(props, edge=edge, wanted=lambda _: True)
            if values not in seen:
                seen.append(values)
                yield InputSet(name=name, values=values)

    def sparse_sets(self, props: PropsDeclaration) -> Iterator[InputSet]:
        """Yield what to run with when only what is required is filled in.

        Raises:
            NoValueError: as for `sets`.
        """
        values = self._filled_in(props, edge=0, wanted=is_asked_for)
        optional = [name for name, prop in properties_of(props).items() if is_optional(prop)]
        if optional:
            yield InputSet(name="without optional properties", values=values)
            nulls = dict.fromkeys(optional)
            yield InputSet(name="with null for all optional properties", values={**values, **nulls})

    def sets_without_one(self, props: PropsDeclaration) -> Iterator[InputSet]:
        """Yield what to run with when all but one optional property is filled in.

        Raises:
            NoValueError: as for `sets`.
        """
        values = self._filled_in(props, edge=0, wanted=lambda _: True)
        for missing in (name for name, prop in properties_of(props).items() if is_optional(prop)):
            others = {name: value for name, value in values.items() if name != missing}
            yield InputSet(name=f"without `{missing}`", values=others)
            yield InputSet(name=f"with null for `{missing}`", values={**others, missing: None})

    def connection(self, auth: AuthBase[Any]) -> JsonValue:
        """Return the raw value of a connection that nobody has.

        Raises:
            NoValueError: as for `sets`.
        """
        props: PropsDeclaration = getattr(auth, "props", None) or NoProps
        match auth.kind:
            case "SECRET_TEXT":
                return self._secret()
            case "BASIC_AUTH":
                own = {"username": _TEXT, "password": self._secret()}
            case "OAUTH2":
                own = {"access_token": self._secret(), "refresh_token": self._secret()}
            case _:
                own = {}
        filled = self._filled_in(props, edge=0, wanted=lambda _: True)
        return typing.cast("JsonValue", {"type": auth.kind, **own, "props": filled})

    def _filled_in(
        self, props: PropsDeclaration, *, edge: int, wanted: Callable[[AnyProperty], bool]
    ) -> dict[str, InputValue]:
        found: dict[str, InputValue] = {}
        for name, prop in properties_of(props).items():
            if prop.kind == "MARKDOWN" or not wanted(prop):
                continue
            values = list(self._values(prop))
            if values:
                found[name] = values[edge if edge < len(values) else 0]
            elif is_asked_for(prop):
                raise NoValueError(name)
        return found

    def _values(self, prop: AnyProperty) -> Iterator[InputValue]:
        """Yield what a property takes: its default first, the value at the edge last."""
        if prop.default_value is not None:
            yield prop.default_value
        maker = self._makers.get(prop.kind)
        for value in () if maker is None else maker(prop):
            if _takes(prop, value):
                yield value

    def _secret(self) -> str:
        secret = f"contract-secret-{len(self.secrets) + 1:04}-not-a-real-one"
        self.secrets.append(secret)
        return secret

    def _secret_texts(self, prop: AnyProperty) -> Iterator[InputValue]:
        secret = self._secret()
        if _takes(prop, secret):
            yield secret
            return
        for text in _texts(prop):
            if _takes(prop, text):
                self.secrets.append(str(text))
                yield text
                return

    def _rows(self, prop: Any) -> Iterator[InputValue]:  # an array
        if prop.properties is None:
            yield from (["one", "two"], [])
            return
        try:
            row = self._filled_in(prop.properties, edge=0, wanted=lambda _: True)
        except NoValueError:
            return
        yield from ([row], [row, row], [])


_FIXED: Final[Mapping[str, Sequence[InputValue]]] = {
    "CHECKBOX": (True, False),
    "COLOR": ("#336699", "#FFFFFF"),
    "DATE_TIME": ("2026-01-02T03:04:05.000Z", "1970-01-01T00:00:00Z"),
    "DATE_RANGE": (
        {"preset": "last_7_days"},
        {"preset": "custom", "after": "2026-01-01T00:00:00Z", "before": "2026-02-01T00:00:00Z"},
        {"after": "2026-01-01T00:00:00Z"},
    ),
    "JSON": ({"key": "value"}, [1, "two", None]),
    "OBJECT": ({"key": "value"}, {}),
    "FILE": ("data:text/plain;base64,Y29udHJhY3Q=",),
}
"""By kind, values that any property of it takes."""


def is_asked_for(prop: AnyProperty) -> bool:
    """Whether a run is refused where nothing is given for `prop`."""
    return prop.required and prop.default_value is None


def is_optional(prop: AnyProperty) -> bool:
    """Whether a run goes on where nothing is given for `prop`, which the user may fill in."""
    return not is_asked_for(prop) and prop.kind != "MARKDOWN"


def _takes(prop: AnyProperty, value: InputValue) -> bool:
    try:
        prop.parse(value)
    except Rejected:
        return False
    return True


def _fixed(values: Sequence[InputValue], _prop: AnyProperty) -> Iterator[InputValue]:
    yield from values


def _each_alone(
    values_of: Callable[[Any], Iterator[InputValue]],  # of the property
    prop: Any,  # of several choices
) -> Iterator[InputValue]:
    for value in values_of(prop):
        yield [value]


def _children(prop: AnyProperty) -> Iterator[InputValue]:
    """Yield a group without children, which is not what the user of a required one gives."""
    if not prop.required:
        yield {}


def _declared(prop: AnyProperty) -> Mapping[str, str | float]:
    return prop.constraints.declared if prop.constraints else {}


def _texts(prop: AnyProperty) -> Iterator[InputValue]:
    limits = _declared(prop)
    least, most = int(limits.get("min_length", 1)), int(limits.get("max_length", _LONG_TEXT))
    if "pattern" in limits:
        yield from _PATTERNED
        return
    yield (_TEXT * math.ceil(max(least, 1) / len(_TEXT)))[: max(most, 0)]
    yield "x" * max(least, 1)
    yield ("ä😀 " * most)[:most] if most <= _LONG_TEXT else _TEXT


def _numbers(prop: AnyProperty) -> Iterator[InputValue]:
    limits = {name: float(limit) for name, limit in _declared(prop).items()}
    step = limits.get("multiple_of", 1.0)
    lower = limits.get("ge", limits.get("gt", 0.0) + (step if "gt" in limits else 0.0))
    upper = limits.get("le", limits.get("lt", 0.0) - (step if "lt" in limits else 0.0))
    between = (limits.get("gt", lower) + limits.get("lt", upper)) / 2
    candidates = (1.0, lower, math.ceil(lower / step) * step, between, 2.5, 0.0, -1.0, upper)
    for number in candidates:
        yield int(number) if number.is_integer() else number


def _choices(prop: Any) -> Iterator[InputValue]:  # a static dropdown, or several choices
    for option in prop.options.options:
        yield option.value


def _loaded_choices(prop: Any) -> Iterator[InputValue]:  # a dropdown, or several choices
    """Yield a value of the type that the loader promises, where that type is a simple one."""
    try:
        promised: object = typing.get_type_hints(prop.options).get("return")
    except (NameError, TypeError, AttributeError):
        return
    for argument in typing.get_args(promised):
        if argument in _SIMPLE:
            yield _SIMPLE[argument]
