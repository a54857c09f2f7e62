"""Properties from their wire form."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final, TypeAlias, cast

from typing_extensions import override

from pieces_framework.auth import AuthBase
from pieces_framework.errors import ConnectionRejectedError
from pieces_framework.property import (
    DropdownOption,
    DropdownState,
    InputValue,
    MarkdownVariant,
    Property,
    PropertyBase,
)
from pieces_framework.property.declaration import Rejected
from pieces_framework.wire import JsonValue, Overlay

from .auths import AUTH_KINDS, auth_from_metadata
from .fields import Fields, NoCode

Arguments: TypeAlias = "dict[str, Any]"  # keywords of a constructor, by the kind of property
"""What a property is made with."""


class UnknownProperty(PropertyBase[JsonValue]):
    """A property of a kind we do not have. Whatever a flow supplies is its run value."""

    expected = "Expected a value"

    def __init__(self, name: str, fields: Fields) -> None:
        super().__init__(name=name, **_common(fields))
        self.kind = fields.text("type") or ""

    @override
    def coerce(self, raw: InputValue) -> InputValue:
        return raw


class AuthProperty(PropertyBase[object]):
    """A connection among the properties, where the oldest pieces have it.

    Its run value is what `context.auth` would be.
    """

    expected = "Expected a connection"

    def __init__(self, name: str, fields: Fields) -> None:
        super().__init__(name=name, **_common(fields))
        self.auth: Final[AuthBase[Any]] = auth_from_metadata(fields.document)
        self.kind = self.auth.kind

    @override
    def coerce(self, raw: InputValue) -> object:
        try:
            return self.auth.parse(cast("JsonValue", raw))  # a file in it is no credential
        except ConnectionRejectedError as error:
            raise Rejected(error.message) from error

    @override
    def wire_fields(self) -> dict[str, JsonValue]:
        return self.auth.metadata()


def property_from_metadata(name: str, document: Mapping[str, JsonValue]) -> PropertyBase[Any]:
    """Build the property that `document`, its wire form, describes.

    Its loaders, if it has any, raise `FatalError`. A kind we do not have becomes an
    `UnknownProperty`. Its `metadata()` is `document` again.
    """
    fields = Fields(document)
    loaded = _loaded(name, fields)
    loaded.overlay = Overlay.between(loaded.metadata(), document)
    return loaded


def properties_from_metadata(
    documents: Mapping[str, Mapping[str, JsonValue]],
) -> dict[str, PropertyBase[Any]]:
    """Build the properties described by name."""
    return {name: property_from_metadata(name, each) for name, each in documents.items()}


def _loaded(name: str, fields: Fields) -> PropertyBase[Any]:
    kind = fields.text("type") or ""
    if kind == Property.MarkDown.kind:
        return _markdown(name, fields)
    if kind in _KINDS:
        make, own = _KINDS[kind]
        return make(name=name, **_common(fields), **own(fields))
    if kind in AUTH_KINDS:
        return AuthProperty(name, fields)
    return UnknownProperty(name, fields)


def _markdown(name: str, fields: Fields) -> PropertyBase[Any]:
    return Property.MarkDown(
        value=fields.text("description") or "",
        variant=fields.one_of("variant", MarkdownVariant) or MarkdownVariant.INFO,
        name=name,
    )


def _common(fields: Fields) -> Arguments:
    width = fields.text("width")
    return {
        "display_name": fields.text("displayName") or "",
        "description": fields.text("description"),
        "required": fields.flag("required") or False,
        "default_value": fields.json("defaultValue"),
        "advanced": fields.flag("advanced"),
        "placeholder": fields.text("placeholder"),
        "width": width if width in {"half", "full"} else None,
        "icon": fields.text("icon"),
    }


def _nothing(_fields: Fields) -> Arguments:
    return {}


def _text(fields: Fields) -> Arguments:
    constraints = fields.fields("constraints") or Fields({})
    return {
        "min_length": constraints.whole("minLength"),
        "max_length": constraints.whole("maxLength"),
        "pattern": constraints.text("pattern"),
    }


def _rich_text(fields: Fields) -> Arguments:
    return {**_text(fields), "format_property": fields.text("formatProperty")}


def _number(fields: Fields) -> Arguments:
    constraints = fields.fields("constraints") or Fields({})
    return {
        "ge": constraints.number("minimum"),
        "le": constraints.number("maximum"),
        "gt": constraints.number("exclusiveMinimum"),
        "lt": constraints.number("exclusiveMaximum"),
        "multiple_of": constraints.number("multipleOf"),
    }


def _static_choice(fields: Fields) -> Arguments:
    state = fields.fields("options") or Fields({})
    options = [
        DropdownOption(option.text("label") or "", option.json("value"))
        for option in state.rows("options")
    ]
    return {
        "options": DropdownState(
            options=tuple(options),
            disabled=state.flag("disabled") or False,
            placeholder=state.text("placeholder"),
        )
    }


def _loading(fields: Fields) -> Arguments:
    auth = fields.fields("auth")
    several = tuple(auth_from_metadata(each.document) for each in fields.rows("auth"))
    return {
        "refreshers": fields.texts("refreshers"),
        "auth": auth_from_metadata(auth.document) if auth else several or None,
    }


def _loaded_choice(fields: Fields) -> Arguments:
    return {
        **_loading(fields),
        "options": NoCode(f"the dropdown `{fields.text('displayName')}`"),
        "refresh_on_search": fields.flag("refreshOnSearch"),
    }


def _dynamic(fields: Fields) -> Arguments:
    return {**_loading(fields), "props": NoCode(f"the property `{fields.text('displayName')}`")}


def _array(fields: Fields) -> Arguments:
    if fields.fields("properties") is None:
        return {}
    return {"properties": properties_from_metadata(fields.objects("properties"))}


def _file(fields: Fields) -> Arguments:
    return {"streaming": fields.flag("streaming")}


def _custom(fields: Fields) -> Arguments:
    return {"code": fields.text("code") or ""}


_Kind: TypeAlias = "tuple[Callable[..., PropertyBase[Any]], Callable[[Fields], Arguments]]"
_KINDS: Final[Mapping[str, _Kind]] = {
    Property.ShortText.kind: (Property.ShortText, _text),
    Property.LongText.kind: (Property.LongText, _text),
    Property.RichText.kind: (Property.RichText, _rich_text),
    Property.SecretText.kind: (Property.SecretText, _text),
    Property.Number.kind: (Property.Number, _number),
    Property.Checkbox.kind: (Property.Checkbox, _nothing),
    Property.DateTime.kind: (Property.DateTime, _nothing),
    Property.DateRange.kind: (Property.DateRange, _nothing),
    Property.StaticDropdown.kind: (Property.StaticDropdown, _static_choice),
    Property.StaticMultiSelectDropdown.kind: (Property.StaticMultiSelectDropdown, _static_choice),
    Property.Dropdown.kind: (Property.Dropdown, _loaded_choice),
    Property.MultiSelectDropdown.kind: (Property.MultiSelectDropdown, _loaded_choice),
    Property.DynamicProperties.kind: (Property.DynamicProperties, _dynamic),
    Property.Json.kind: (Property.Json, _nothing),
    Property.Object.kind: (Property.Object, _nothing),
    Property.File.kind: (Property.File, _file),
    Property.Array.kind: (Property.Array, _array),
    Property.Color.kind: (Property.Color, _nothing),
    Property.Custom.kind: (Property.Custom, _custom),
}
"""By the wire `type`: the class, and the keywords that are its own."""
