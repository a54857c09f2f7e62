"""The examples of the reference pages, and what they do when they run.

Beside `examples/properties/number.py` is `number.json`: `supplied`, values to try; `refused`, one
that is not taken; `result`, what the example's action returns for the first value; `others`, the
values of the other properties; `auth` and `search`, with which options are loaded.
"""

from __future__ import annotations

import asyncio
import importlib
import inspect
import json
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any, Final

from typing_extensions import TypeIs

from pieces_framework import (
    Action,
    ActionContext,
    AuthBase,
    DropdownState,
    JsonValue,
    PieceError,
    Property,
    PropertyBase,
    Props,
)
from pieces_framework.property import (
    PropsDeclaration,
    parse_values,
    properties_of,
)
from pieces_framework.testing import make_context, make_property_context

EXAMPLES = Path(__file__).parent / "examples"
_LOADED = (Property.Dropdown, Property.MultiSelectDropdown, Property.DynamicProperties)


class Example:
    """An example module of one folder, and the values to try it with."""

    def __init__(self, folder: str, name: str) -> None:
        module = importlib.import_module(f"docs.examples.{folder}.{name}")
        case: Mapping[str, Any] = json.loads((EXAMPLES / folder / f"{name}.json").read_text())
        self.source: Final = inspect.getsource(module)
        self.case: Final = case
        self.action: Final = next(each for each in vars(module).values() if _is_action(each))

    def context(self) -> ActionContext[Any, Any]:
        """Return the context of a run with the first of the values."""
        raise NotImplementedError

    def value(self, supplied: JsonValue) -> object:
        """Return what a run gets for `supplied`.

        Raises:
            PieceError: if it is refused.
        """
        raise NotImplementedError

    def result(self) -> object:
        """Run the action with the first of the values and return what it returns."""
        return asyncio.run(self.action.run(self.context()))

    def refusal(self) -> str | None:
        """Return why `refused` is refused; `None` where the case names nothing to refuse."""
        if "refused" not in self.case:
            return None
        try:
            value = self.value(self.case["refused"])
        except PieceError as error:
            return str(error)
        raise AssertionError(f"{self.case['refused']!r} was to be refused, got {value!r}")


class PropertyExample(Example):
    """The example of a property: the first one of its class that the action asks for."""

    def __init__(self, name: str, cls: type[PropertyBase[Any]]) -> None:
        super().__init__("properties", name)
        properties = properties_of(self.action.props)
        self._others: Final[Mapping[str, JsonValue]] = self.case.get("others", {})
        self._name: Final = next(key for key, each in properties.items() if type(each) is cls)
        self.declared: Final = properties[self._name]
        self.loaded: Final = self._load()

    def context(self) -> ActionContext[Any, Any]:
        """See `Example.context`."""
        supplied = {**self._others, self._name: self.case["supplied"][0]}
        auth = self.case.get("auth")
        return make_context(self.action, auth=auth, props=supplied, schemas=self._schemas())

    def value(self, supplied: JsonValue) -> object:
        """See `Example.value`."""
        given = {**self._others, self._name: supplied}
        return parse_values(self.action.props, given, schemas=self._schemas())[self._name]

    def _load(self) -> DropdownState[Any] | PropsDeclaration | None:
        if not isinstance(self.declared, _LOADED):
            return None
        context: Any = make_property_context(
            auth=self.case.get("auth"), props=self._others, search_value=self.case.get("search")
        )
        return asyncio.run(self.declared.load(context))

    def _schemas(self) -> dict[str, PropsDeclaration]:
        if self.loaded is None or isinstance(self.loaded, DropdownState):
            return {}
        return {self._name: self.loaded}


class AuthExample(Example):
    """The example of an auth: the one its action asks for."""

    def __init__(self, name: str) -> None:
        super().__init__("auth", name)
        self.declared: Final[AuthBase[Any]] = self.action.auths[0]

    def context(self) -> ActionContext[Any, Any]:
        """See `Example.context`."""
        return make_context(self.action, auth=self.value(self.case["supplied"][0]))

    def value(self, supplied: JsonValue) -> object:
        """See `Example.value`."""
        asyncio.run(self.declared.check(supplied))
        return self.declared.parse(supplied)


def shown(value: object) -> str:
    """Return `value` as Python writes it; `Props` and dataclasses by what they hold."""
    if isinstance(value, Props):
        named = ((each.attribute, getattr(value, each.attribute)) for each in _properties(value))
        held = ", ".join(f"{name}={shown(each)}" for name, each in named)
        return f"<{type(value).__name__} with {held}>"
    if is_dataclass(value):
        parts = {each.name: getattr(value, each.name) for each in fields(value) if each.repr}
    elif _is_list(value):
        return f"[{', '.join(map(shown, value))}]"
    else:
        return repr(value)
    return f"{type(value).__name__}({', '.join(f'{n}={shown(v)}' for n, v in parts.items())})"


def _properties(values: Props) -> list[PropertyBase[Any]]:
    return list(properties_of(type(values)).values())


def _is_action(value: object) -> TypeIs[Action[Any, Any, Any]]:
    return isinstance(value, Action)


def _is_list(value: object) -> TypeIs[list[object]]:
    return isinstance(value, list)
