"""The properties: what a user fills in, each kind a class of its own."""

from __future__ import annotations

from .choice import DropdownOption, StaticDropdown
from .declaration import (
    NoProps,
    PropertyBase,
    Props,
    PropsDeclaration,
    parse_props,
    parse_values,
    properties_of,
)
from .scalar import Checkbox, Number
from .structured import Json, JsonDocument
from .text import LongText, ShortText

__all__ = [
    "DropdownOption",
    "JsonDocument",
    "NoProps",
    "Property",
    "PropertyBase",
    "Props",
    "PropsDeclaration",
    "parse_props",
    "parse_values",
    "properties_of",
]


class Property:
    """The property classes under their documented names: `Property.ShortText` is `ShortText`."""

    ShortText = ShortText
    LongText = LongText
    Number = Number
    Checkbox = Checkbox
    StaticDropdown = StaticDropdown
    Json = Json
