"""JSON, objects, and what is only shown or written by the author's own control."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pieces_framework import ApFile, DefinitionError, JsonValue, MarkdownVariant, Property, Props
from pieces_framework.wire import json_problem
from tests.support.values import absent, refused, taken

JSON = Property.Json(display_name="Json")
OBJECT = Property.Object(display_name="Object")
CUSTOM = Property.Custom(display_name="Custom", code="() => {}")


@pytest.mark.parametrize(
    ("raw", "value"),
    [
        pytest.param({"a": [1, 2.5, None, True]}, {"a": [1, 2.5, None, True]}, id="object"),
        pytest.param([1], [1], id="list"),
        pytest.param('{"a": 1}', {"a": 1}, id="object in text"),
        pytest.param(" [] ", [], id="list in text"),
        pytest.param("", None, id="empty text"),
        pytest.param(" ", None, id="blank text"),
        pytest.param(None, None, id="null"),
    ],
)
def test_json_is_taken(raw: JsonValue, value: object) -> None:
    assert taken(JSON, raw) == value


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        pytest.param("{oops", "{oops", id="broken text"),
        pytest.param("42", "42", id="scalar in text"),
        pytest.param('"q"', '"q"', id="text in text"),
        pytest.param("null", "null", id="null in text"),
        pytest.param("[NaN]", "[NaN]", id="NaN in text"),
        pytest.param(True, "true", id="yes"),
        pytest.param(3, "3", id="number"),
        pytest.param([float("nan")], "NaN", id="NaN"),
        pytest.param({"a": float("inf")}, "[object Object]", id="infinity"),
    ],
)
def test_what_is_no_json_is_refused(raw: JsonValue, text: str) -> None:
    assert refused(JSON, raw) == f"Expected JSON, received: {text}"


def test_a_file_is_no_json() -> None:
    file = ApFile(filename="a.txt", data=b"hi")

    assert refused(JSON, [file]) == "Expected JSON, received: [object Object]"
    assert refused(OBJECT, {"a": [file]}) == "Expected object, received: [object Object]"


@pytest.mark.parametrize(
    ("raw", "value"),
    [
        pytest.param({"a": [1]}, {"a": [1]}, id="object"),
        pytest.param('{"a": 1}', {"a": 1}, id="object in text"),
        pytest.param({}, {}, id="empty"),
        pytest.param(" ", None, id="blank text"),
        pytest.param(None, None, id="null"),
    ],
)
def test_an_object_is_taken(raw: JsonValue, value: object) -> None:
    assert taken(OBJECT, raw) == value


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        pytest.param("{oops", "{oops", id="broken text"),
        pytest.param("[]", "[]", id="list in text"),
        pytest.param([1], "1", id="list"),
        pytest.param(3, "3", id="number"),
        pytest.param(False, "false", id="no"),
    ],
)
def test_what_is_no_object_is_refused(raw: JsonValue, text: str) -> None:
    assert refused(OBJECT, raw) == f"Expected object, received: {text}"


def test_what_is_required_must_be_there() -> None:
    problem = "received: null"

    assert refused(Property.Json(display_name="J", required=True), None) == (
        f"Expected JSON, {problem}"
    )
    assert refused(Property.Object(display_name="O", required=True), None) == (
        f"Expected object, {problem}"
    )
    assert refused(Property.Custom(display_name="C", code="x", required=True), None) == (
        f"Expected a value, {problem}"
    )


_scalars = st.none() | st.booleans() | st.integers() | st.floats() | st.text()
_values: st.SearchStrategy[Any] = st.recursive(
    _scalars | st.just(ApFile(filename="a", data=b"")) | st.tuples(_scalars),
    lambda children: st.lists(children) | st.dictionaries(st.text() | st.integers(), children),
    max_leaves=8,
)


@given(st.lists(_values) | st.dictionaries(st.text() | st.integers(), _values))
def test_what_is_taken_is_just_what_json_can_say(raw: Any) -> None:
    if json_problem(raw, "value"):
        refused(JSON, raw)
    else:
        assert taken(JSON, raw) == raw


def test_a_custom_control_may_supply_any_json() -> None:
    for raw in ("", 0, False, [1], {"a": None}):
        assert taken(CUSTOM, raw) == raw
    assert taken(CUSTOM, None) is None
    assert absent(Property.Custom(display_name="C", code="x", default_value=[1])) == [1]


def test_a_custom_control_has_code() -> None:
    with pytest.raises(DefinitionError, match="its code is empty"):

        class Wrong(Props):  # pyright: ignore[reportUnusedClass]
            custom = Property.Custom(display_name="C", code=" ")


def test_markdown_is_only_shown() -> None:
    note = Property.MarkDown(value="Paste {{ webhookUrl }} there", variant=MarkdownVariant.TIP)

    assert absent(note) is None
    assert taken(note, "anything") is None
    assert note.metadata() == {
        "type": "MARKDOWN",
        "displayName": "Markdown",
        "description": "Paste {{ webhookUrl }} there",
        "required": False,
        "variant": "TIP",
    }
