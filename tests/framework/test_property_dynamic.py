"""Properties whose children are loaded, and the names their values are stored under."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pieces_framework import JsonValue, Property, PropertyBase, PropertyContext, Props
from pieces_framework.property import escape_key, properties_of, unescape_key
from pieces_framework.testing import make_property_context
from tests.support.values import absent, refused, taken


def fields(context: PropertyContext[Any]) -> dict[str, PropertyBase[Any]]:
    name = str(context.props_value["table"])
    return {name: Property.ShortText(display_name=name)}


class Fields(Props):
    """Children as a class."""

    title = Property.ShortText(display_name="Title", required=True)


async def fields_class(context: PropertyContext[Any]) -> type[Props]:
    return Fields


MORE = Property.DynamicProperties(display_name="More", refreshers=["table"], props=fields)
REQUIRED = Property.DynamicProperties(
    display_name="More", refreshers=[], props=fields, required=True
)
CHILDREN: dict[str, PropertyBase[Any]] = {
    "count": Property.Number(display_name="Count", required=True),
    "a.b": Property.Checkbox(display_name="A B"),
}


@pytest.mark.parametrize(
    ("raw", "value"),
    [
        pytest.param({"count": "1", "x": None}, {"count": "1", "x": None}, id="as it is"),
        pytest.param({"~ap~a~1b": 1, "c.d": 2}, {"a.b": 1, "c.d": 2}, id="escaped name"),
        pytest.param({}, {}, id="empty"),
        pytest.param("", None, id="empty text"),
        pytest.param(None, None, id="null"),
    ],
)
def test_values_without_stored_children_stay(raw: JsonValue, value: object) -> None:
    assert taken(MORE, raw) == value


@pytest.mark.parametrize(
    ("raw", "value"),
    [
        pytest.param(
            {"count": "1", "~ap~a~1b": "true", "x": "y"},
            {"count": 1, "a.b": True, "x": "y"},
            id="coerced, and what is unknown kept",
        ),
        pytest.param({"count": 0}, {"count": 0, "a.b": None}, id="absent child"),
        pytest.param("", None, id="empty text"),
        pytest.param(None, None, id="null"),
    ],
)
@pytest.mark.parametrize("escaped", [False, True], ids=["plain schema", "escaped schema"])
def test_values_are_coerced_by_stored_children(
    raw: JsonValue, value: object, *, escaped: bool
) -> None:
    schema = {escape_key(name) if escaped else name: child for name, child in CHILDREN.items()}

    assert taken(MORE, raw, schema) == value


def test_problems_of_children_are_nested() -> None:
    assert refused(MORE, {"~ap~a~1b": "maybe"}, CHILDREN) == {
        "count": "is required",
        "a.b": "Expected boolean, received: maybe",
    }
    assert refused(MORE, {"title": None}, Fields) == {"title": "Expected string, received: null"}


@pytest.mark.parametrize("schema", [None, CHILDREN], ids=["no schema", "schema"])
def test_what_is_no_object_is_refused(schema: dict[str, PropertyBase[Any]] | None) -> None:
    assert refused(MORE, [1], schema) == "Expected object, received: 1"
    assert refused(MORE, "{}", schema) == "Expected object, received: {}"
    assert refused(REQUIRED, None, schema) == "Expected object, received: null"


def test_a_default_is_coerced_by_stored_children_too() -> None:
    declared = Property.DynamicProperties(
        display_name="More", refreshers=[], props=fields, default_value={"count": "2"}
    )

    assert absent(declared) == {"count": "2"}
    assert taken(declared, None, CHILDREN) == {"count": 2, "a.b": None}


async def test_children_are_loaded_by_what_is_filled_in() -> None:
    context: PropertyContext[Any] = make_property_context(props={"table": "people"})

    children = await MORE.load(context)

    assert list(properties_of(children)) == ["people"]
    declared = Property.DynamicProperties(display_name="", refreshers=[], props=fields_class)
    assert await declared.load(context) is Fields


@pytest.mark.parametrize(
    ("name", "stored"),
    [
        ("plain", "plain"),
        ("a.b", "~ap~a~1b"),
        ("~", "~ap~~0"),
        ('["it\'s"]', "~ap~~2~4it~5s~4~3"),
        ("", ""),
    ],
)
def test_names_are_stored_escaped(name: str, stored: str) -> None:
    assert escape_key(name) == stored
    assert unescape_key(stored) == name


@given(st.text() | st.text("~ap012345.[]\"'"))
def test_an_escaped_name_comes_back(name: str) -> None:
    stored = escape_key(name)

    assert unescape_key(stored) == name
    assert not set(stored) & set(".[]\"'")


@given(st.text("~ap0156.x").filter(lambda name: not name.startswith("~ap~")))
def test_what_was_not_escaped_stays(name: str) -> None:
    assert unescape_key(name) == name


def test_what_nobody_escapes_so_stays_as_it_is() -> None:
    assert unescape_key("~ap~a~9b~") == "a~9b~"
