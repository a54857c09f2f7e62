"""The properties: what a user fills in, each kind a class of its own."""

from __future__ import annotations

from .array import Array
from .choice import StaticDropdown, StaticMultiSelectDropdown
from .declaration import InputValue, PropertyBase, PropertyOptions
from .display import Custom, MarkDown, MarkdownVariant
from .dynamic import DynamicProperties, escape_key, unescape_key
from .file import File
from .loaded_choice import Dropdown, MultiSelectDropdown
from .moment import DateRange, DateRangePreset, DateRangeValue, DateTime
from .options import DropdownOption, DropdownState
from .parsing import NO_SCHEMAS, Schemas, parse_declared, parse_props, parse_values
from .props import NoProps, Props, PropsDeclaration, holds_secret, properties_of, props_problems
from .scalar import Checkbox, Color, Number
from .structured import Json, JsonDocument, Object
from .text import LongText, RichText, SecretText, ShortText

__all__ = [
    "NO_SCHEMAS",
    "DateRangePreset",
    "DateRangeValue",
    "DropdownOption",
    "DropdownState",
    "InputValue",
    "JsonDocument",
    "MarkdownVariant",
    "NoProps",
    "Property",
    "PropertyBase",
    "PropertyOptions",
    "Props",
    "PropsDeclaration",
    "Schemas",
    "escape_key",
    "holds_secret",
    "parse_declared",
    "parse_props",
    "parse_values",
    "properties_of",
    "props_problems",
    "unescape_key",
]


class Property:
    """The property classes under their documented names: `Property.ShortText` is `ShortText`."""

    ShortText = ShortText
    LongText = LongText
    RichText = RichText
    SecretText = SecretText
    MarkDown = MarkDown
    Number = Number
    Checkbox = Checkbox
    DateTime = DateTime
    DateRange = DateRange
    StaticDropdown = StaticDropdown
    StaticMultiSelectDropdown = StaticMultiSelectDropdown
    Dropdown = Dropdown
    MultiSelectDropdown = MultiSelectDropdown
    DynamicProperties = DynamicProperties
    Json = Json
    Object = Object
    File = File
    Array = Array
    Color = Color
    Custom = Custom
