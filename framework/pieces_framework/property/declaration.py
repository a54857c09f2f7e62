"""What all properties share: `PropertyBase`, and `Props`, the class they are gathered in."""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from typing import Any, ClassVar, Final, Generic, Self, TypeAlias, cast, overload

from typing_extensions import TypeIs, TypeVar

from pieces_framework.errors import DefinitionError, PropsError
from pieces_framework.javascript import js_text
from pieces_framework.wire import JsonValue, document, json_problem

T_co = TypeVar("T_co", covariant=True)


class Rejected(Exception):  # noqa: N818 -- a verdict on one value; it never leaves this package
    """One value was rejected; the text says why. `parse_props` gathers these."""


class PropertyBase(Generic[T_co]):
    """One value the user of a piece supplies. `T_co` is its type inside a run."""

    kind: ClassVar[str]
    """The `type` in the wire form."""
    expected: ClassVar[str]
    """What a rejected value should have been, as the message begins: `Expected number`."""

    def __init__(
        self,
        *,
        display_name: str,
        description: str | None = None,
        required: bool = False,
        default_value: JsonValue = None,
        name: str = "",
    ) -> None:
        self.display_name: Final = display_name
        self.description: Final = description
        self.required: Final = required
        self.default_value: Final = default_value
        self.name = name
        self.attribute = ""

    def __set_name__(self, owner: type[object], attribute: str) -> None:
        self.attribute = self.attribute or attribute
        self.name = self.name or attribute

    @overload
    def __get__(self, instance: None, owner: type[Any]) -> Self: ...
    @overload
    def __get__(self, instance: Props, owner: type[Any]) -> T_co: ...
    def __get__(self, instance: Props | None, owner: type[Any]) -> Self | T_co:
        if instance is None:
            return self
        return cast("T_co", instance.__values__[self.name])

    def coerce(self, raw: JsonValue) -> object:
        """Turn a JSON value other than null into the run value; `None` means "nothing given".

        Raises:
            Rejected: if the value can't be taken.
        """
        raise NotImplementedError

    def parse(self, raw: JsonValue) -> object:
        """Turn what a flow supplies, null included, into the run value.

        Raises:
            Rejected: if the value can't be taken, or is null and required.
        """
        try:
            value = None if raw is None else self.coerce(raw)
            if value is None and self.default_value is not None:
                value = self.coerce(deepcopy(self.default_value))  # a run may change its values
            if value is None and self.required:
                raise self.rejection(raw)
        except RecursionError:
            raise Rejected(f"{self.expected}, received: a value nested too deeply") from None
        return value

    def rejection(self, raw: JsonValue) -> Rejected:
        """The verdict on `raw`, in the documented words."""
        return Rejected(f"{self.expected}, received: {js_text(raw)}")

    def problems(self) -> list[str]:
        """What is wrong with the declaration itself."""
        if self.default_value is None:
            return []
        if problem := json_problem(self.default_value, "default_value"):
            return [problem]
        try:
            self.coerce(self.default_value)
        except Rejected as rejected:
            return [f"its default_value is refused: {rejected}"]
        return []

    def metadata(self) -> dict[str, JsonValue]:
        """Return the property's wire form."""
        return document(
            type=self.kind,
            display_name=self.display_name,
            description=self.description,
            required=self.required,
            default_value=self.default_value,
        )


def _is_property(value: object) -> TypeIs[PropertyBase[Any]]:
    return isinstance(value, PropertyBase)


class Props:
    """Base of every props class: its class attributes are the properties.

    An instance holds the values of one run, typed as the properties say. `Props` itself has no
    attribute but dunder names, so any property name is free; where the name is a Python keyword,
    give it apart: `from_ = Property.ShortText(name="from", ...)`.
    """

    __properties__: ClassVar[Mapping[str, PropertyBase[Any]]] = {}
    """The properties by name, in order of declaration, inherited ones first."""
    __values__: Mapping[str, object]

    def __init_subclass__(cls) -> None:
        properties: dict[str, PropertyBase[Any]] = {}
        for base in reversed(cls.__mro__[1:]):
            properties.update(getattr(base, "__properties__", {}))
        problems: list[str] = []
        own: set[str] = set()
        for attribute, value in vars(cls).items():
            if not _is_property(value):
                continue
            where = f"`{cls.__module__}.{cls.__qualname__}.{attribute}`"
            if value.attribute != attribute:
                problems.append(
                    f"{where} is the same object as `{value.attribute}`; declare each property once"
                )
            if value.name in own:
                problems.append(f"{where} repeats the property name `{value.name}`")
            own.add(value.name)
            problems += [f"{where}: {problem}" for problem in value.problems()]
            properties[value.name] = value
        if problems:
            raise DefinitionError(problems)
        cls.__properties__ = properties


class NoProps(Props):
    """The props of an action or trigger that asks for nothing."""


PropsT = TypeVar("PropsT", bound=Props, default=NoProps)

PropsDeclaration: TypeAlias = "type[Props] | Mapping[str, PropertyBase[Any]]"
"""A `Props` class, or the plain form: a dict of properties by name."""


def properties_of(props: PropsDeclaration) -> Mapping[str, PropertyBase[Any]]:
    """Return the properties of either form by name."""
    return props if isinstance(props, Mapping) else props.__properties__


def parse_values(props: PropsDeclaration, raw: Mapping[str, JsonValue]) -> dict[str, object]:
    """Check `raw` against `props` and return the run values by name; unknown keys are dropped.

    Raises:
        PropsError: with every missing or rejected value, not only the first.
    """
    values: dict[str, object] = {}
    problems: dict[str, str] = {}
    for name, declared in properties_of(props).items():
        if name not in raw and declared.required and declared.default_value is None:
            problems[name] = "is required"
            continue
        try:
            values[name] = declared.parse(raw.get(name))
        except Rejected as rejected:
            problems[name] = str(rejected)
    if problems:
        raise PropsError(problems)
    return values


def parse_props(props: type[PropsT], raw: Mapping[str, JsonValue]) -> PropsT:
    """Check `raw` against a `Props` class and return an instance of it.

    Raises:
        PropsError: with every missing or rejected value, not only the first.
    """
    values = parse_values(props, raw)
    instance = props()
    instance.__values__ = values
    return instance
