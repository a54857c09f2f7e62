"""What each property says on the wire."""

from __future__ import annotations

from typing import Any

import pytest

from pieces_framework import (
    DropdownOption,
    DropdownState,
    JsonValue,
    PieceAuth,
    Property,
    PropertyBase,
    PropertyContext,
    Props,
)

COMMON: Any = {
    "display_name": "Name",
    "description": "What it is",
    "required": True,
    "advanced": True,
    "placeholder": "Anything",
    "width": "half",
    "icon": "star",
}
COMMON_WIRE = {
    "displayName": "Name",
    "description": "What it is",
    "required": True,
    "advanced": True,
    "placeholder": "Anything",
    "width": "half",
    "icon": "star",
}
OPTIONS = [DropdownOption("Small", "s"), DropdownOption("Large", "l")]
OPTIONS_WIRE: JsonValue = {
    "disabled": False,
    "options": [{"label": "Small", "value": "s"}, {"label": "Large", "value": "l"}],
}
AUTH = PieceAuth.SecretText(display_name="Key")
AUTH_WIRE = {"type": "SECRET_TEXT", "displayName": "Key", "required": True}


class Row(Props):
    """A row."""

    from_ = Property.ShortText(name="from", display_name="From", required=True)


def options(context: PropertyContext[str]) -> DropdownState[str]:
    return DropdownState()


def children(context: PropertyContext[str]) -> dict[str, PropertyBase[Any]]:
    return {}


LOADING: Any = {"refreshers": ["auth", "base"], "auth": AUTH}
LOADING_WIRE = {"refreshers": ["auth", "base"], "auth": AUTH_WIRE}
TEXT: Any = {"min_length": 1, "max_length": 3, "pattern": "^a", "default_value": "a"}
TEXT_WIRE = {
    "constraints": {"minLength": 1, "maxLength": 3, "pattern": "^a"},
    "defaultValue": "a",
}
KINDS: dict[str, tuple[type[PropertyBase[Any]], dict[str, Any], dict[str, Any]]] = {
    "SHORT_TEXT": (Property.ShortText, TEXT, TEXT_WIRE),
    "LONG_TEXT": (Property.LongText, TEXT, TEXT_WIRE),
    "RICH_TEXT": (
        Property.RichText,
        {"format_property": "format", "max_length": 9},
        {"formatProperty": "format", "constraints": {"maxLength": 9}},
    ),
    "SECRET_TEXT": (Property.SecretText, {"min_length": 8}, {"constraints": {"minLength": 8}}),
    "NUMBER": (
        Property.Number,
        {"ge": 0, "le": 9, "gt": -1, "lt": 10, "multiple_of": 0.5, "default_value": 0},
        {
            "constraints": {
                "minimum": 0,
                "maximum": 9,
                "exclusiveMinimum": -1,
                "exclusiveMaximum": 10,
                "multipleOf": 0.5,
            },
            "defaultValue": 0,
        },
    ),
    "CHECKBOX": (Property.Checkbox, {"default_value": False}, {"defaultValue": False}),
    "COLOR": (Property.Color, {"default_value": "#fff"}, {"defaultValue": "#fff"}),
    "DATE_TIME": (
        Property.DateTime,
        {"default_value": "2024-03-14"},
        {"defaultValue": "2024-03-14"},
    ),
    "DATE_RANGE": (Property.DateRange, {}, {}),
    "STATIC_DROPDOWN": (
        Property.StaticDropdown,
        {"options": OPTIONS, "default_value": "s"},
        {"options": OPTIONS_WIRE, "defaultValue": "s"},
    ),
    "STATIC_MULTI_SELECT_DROPDOWN": (
        Property.StaticMultiSelectDropdown,
        {"options": OPTIONS, "default_value": ["s"]},
        {"options": OPTIONS_WIRE, "defaultValue": ["s"]},
    ),
    "DROPDOWN": (
        Property.Dropdown,
        {**LOADING, "options": options, "refresh_on_search": True},
        {**LOADING_WIRE, "refreshOnSearch": True},
    ),
    "MULTI_SELECT_DROPDOWN": (
        Property.MultiSelectDropdown,
        {**LOADING, "options": options, "refresh_on_search": False},
        {**LOADING_WIRE, "refreshOnSearch": False},
    ),
    "DYNAMIC": (Property.DynamicProperties, {**LOADING, "props": children}, LOADING_WIRE),
    "JSON": (Property.Json, {"default_value": {"a_b": None}}, {"defaultValue": {"a_b": None}}),
    "OBJECT": (Property.Object, {"default_value": {}}, {"defaultValue": {}}),
    "FILE": (Property.File, {"streaming": True}, {"streaming": True}),
    "ARRAY": (
        Property.Array,
        {"properties": Row},
        {"properties": {"from": {"type": "SHORT_TEXT", "displayName": "From", "required": True}}},
    ),
    "CUSTOM": (Property.Custom, {"code": "() => {}"}, {"code": "() => {}"}),
}


@pytest.mark.parametrize("kind", KINDS)
def test_every_keyword_is_on_the_wire(kind: str) -> None:
    made, keywords, wire = KINDS[kind]

    assert made(**COMMON, **keywords).metadata() == {"type": kind, **COMMON_WIRE, **wire}


@pytest.mark.parametrize("kind", KINDS)
def test_what_was_not_given_is_not_on_the_wire(kind: str) -> None:
    made, keywords, wire = KINDS[kind]
    needed: Any = {
        name: keywords[name]
        for name in ("options", "refreshers", "props", "code")
        if name in keywords
    }
    expected: dict[str, JsonValue] = {"type": kind, "displayName": "Name", "required": False}
    expected |= {name: wire[name] for name in ("options", "refreshers", "code") if name in wire}

    metadata = made(display_name="Name", **needed).metadata()

    assert metadata == expected


def test_every_property_has_its_kind() -> None:
    kinds = {made.kind for name, made in vars(Property).items() if not name.startswith("_")}

    assert kinds == {*KINDS, "MARKDOWN"}


def test_rows_of_the_dict_form_are_on_the_wire_by_name() -> None:
    rows = Property.Array(
        display_name="Rows", properties={"snake_case": Property.Checkbox(display_name="Check")}
    )

    assert rows.metadata()["properties"] == {
        "snake_case": {"type": "CHECKBOX", "displayName": "Check", "required": False}
    }


def test_the_webhook_url_stays_to_be_filled_in() -> None:
    note = Property.MarkDown(value="{{ webhookUrl }}")

    assert note.metadata() == {
        "type": "MARKDOWN",
        "displayName": "Markdown",
        "description": "{{ webhookUrl }}",
        "required": False,
        "variant": "INFO",
    }
