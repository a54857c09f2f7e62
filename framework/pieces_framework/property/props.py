"""`Props`, the class that properties are gathered in, and the dict that may stand for it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, TypeAlias

from typing_extensions import TypeVar

from pieces_framework.errors import DefinitionError

from .declaration import PropertyBase, is_property


class Props:  # noqa: PLW1641 -- its values may be lists, which have no hash
    """What a class of properties inherits from: its class attributes are the properties.

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
            where = f"`{cls.__module__}.{cls.__qualname__}.{attribute}`"
            if not is_property(value):
                if hasattr(value, "parse") and hasattr(value, "kind"):
                    problems.append(f"{where} is an auth; a secret here is `Property.SecretText`")
                continue
            if value.attribute != attribute:
                problems.append(
                    f"{where} is the same object as `{value.attribute}`; declare each property once"
                )
            if value.name in own:
                problems.append(f"{where} repeats the property name `{value.name}`")
            own.add(value.name)
            problems += [f"{where}: {problem}" for problem in value.problems()]
            properties[value.name] = value
        where = f"`{cls.__module__}.{cls.__qualname__}`"
        problems += [f"{where}: {problem}" for problem in _refresher_problems(properties)]
        if problems:
            raise DefinitionError(problems)
        cls.__properties__ = properties

    def __eq__(self, other: object) -> bool:
        return type(self) is type(other) and vars(self) == vars(other)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} with {', '.join(self.__properties__) or 'nothing'}>"


PropsDeclaration: TypeAlias = "type[Props] | Mapping[str, PropertyBase[Any]]"
"""A `Props` class, or the plain form: a dict of properties by name."""


def properties_of(props: PropsDeclaration) -> Mapping[str, PropertyBase[Any]]:
    """Return the properties of either form by name."""
    return props.__properties__ if isinstance(props, type) else props


def props_problems(props: PropsDeclaration) -> list[str]:
    """What is wrong with the properties of a dict; a `Props` class was checked when defined."""
    if isinstance(props, type):
        return []
    found: list[str] = []
    for name, declared in props.items():
        where = f"property `{name}`" if name.strip() else "a property without a name"
        if is_property(declared):
            found += [f"{where}: {problem}" for problem in declared.problems()]
        else:
            found.append(f"{where} is `{type(declared).__name__}`; declare it by `Property.*`")
    return found or _refresher_problems(props)


def holds_secret(props: PropsDeclaration) -> bool:
    """Whether a value of these properties, or of rows in them, is a secret."""
    return any(
        child.kind == "SECRET_TEXT" or holds_secret(getattr(child, "properties", None) or {})
        for child in properties_of(props).values()
    )


def _refresher_problems(properties: Mapping[str, PropertyBase[Any]]) -> list[str]:
    """Name each property that refreshes on one that is not beside it; `auth` always is."""
    known = {"auth", *properties}
    problems: list[str] = []
    for name, declared in properties.items():
        refreshers: Sequence[str] = getattr(declared, "refreshers", ())
        problems += [
            f"property `{name}` refreshes on `{unknown}`, which is none of the properties;"
            " name one of them, or `auth`"
            for unknown in refreshers
            if unknown not in known
        ]
    return problems


class NoProps(Props):
    """No properties: the default of `props=`."""


PropsT = TypeVar("PropsT", bound=Props, default=NoProps)
