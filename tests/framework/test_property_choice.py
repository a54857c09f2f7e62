"""Dropdowns: options fixed in code, and options that are loaded."""

from __future__ import annotations

from typing import Any

import pytest

from pieces_framework import (
    DefinitionError,
    DropdownOption,
    DropdownState,
    JsonValue,
    Property,
    PropertyContext,
    Props,
)
from pieces_framework.property import parse_values
from pieces_framework.testing import make_property_context
from tests.support.values import absent, refused, taken

OPTIONS: list[DropdownOption[Any]] = [
    DropdownOption("Text", "s"),
    DropdownOption("Number", 1),
    DropdownOption("Fraction", 2.5),
    DropdownOption("Yes", True),
    DropdownOption("List", [1, {"a": None}]),
    DropdownOption("Number again", 1.0),
    DropdownOption("Nothing", ""),
]
ONE = Property.StaticDropdown(display_name="One", options=OPTIONS)
MANY = Property.StaticMultiSelectDropdown(display_name="Many", options=OPTIONS)


@pytest.mark.parametrize(
    ("raw", "value"),
    [
        pytest.param("s", "s", id="text"),
        pytest.param(1, 1, id="number"),
        pytest.param(1.0, 1, id="the number as a fraction"),
        pytest.param(2.5, 2.5, id="fraction"),
        pytest.param(True, True, id="yes"),
        pytest.param([1.0, {"a": None}], [1, {"a": None}], id="list"),
        pytest.param("", "", id="empty text, an option here"),
        pytest.param(None, None, id="null"),
    ],
)
def test_an_option_is_compared_as_json_and_not_as_python(raw: JsonValue, value: object) -> None:
    chosen = taken(ONE, raw)

    assert chosen == value
    assert type(chosen) is type(value)


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        pytest.param("S", "S", id="text"),
        pytest.param("1", "1", id="number as text"),
        pytest.param(False, "false", id="no"),
        pytest.param([], "", id="list"),
        pytest.param(float("nan"), "NaN", id="NaN"),
        pytest.param({"a": 1}, "[object Object]", id="object"),
    ],
)
def test_what_is_no_option_is_refused(raw: JsonValue, text: str) -> None:
    assert refused(ONE, raw) == f"Expected one of the options, received: {text}"
    assert refused(MANY, [raw]) == f"Expected one of the options, received: {text}"


@pytest.mark.parametrize(
    ("raw", "value"),
    [
        pytest.param(["s", 1], ["s", 1], id="list"),
        pytest.param([], [], id="empty list"),
        pytest.param("s", ["s"], id="one value"),
        pytest.param(1, [1], id="one number"),
        pytest.param('["s", true]', ["s", True], id="list in text"),
        pytest.param([[1, {"a": None}]], [[1, {"a": None}]], id="an option that is a list"),
        pytest.param(" ", None, id="blank text"),
        pytest.param(None, None, id="null"),
    ],
)
def test_several_options_are_listed(raw: JsonValue, value: object) -> None:
    assert taken(MANY, raw) == value


def test_a_run_that_changes_its_choice_does_not_change_the_option() -> None:
    taken(ONE, [1, {"a": None}]).append(2)

    assert taken(ONE, [1, {"a": None}]) == [1, {"a": None}]


def test_no_choice_is_refused_where_one_is_required() -> None:
    one = Property.StaticDropdown(display_name="One", required=True, options=OPTIONS)
    many = Property.StaticMultiSelectDropdown(display_name="M", required=True, options=OPTIONS)

    assert refused(one, None) == "Expected one of the options, received: null"
    assert refused(many, None) == "Expected array, received: null"
    assert refused(many, "  ") == "Expected array, received:   "
    assert taken(many, []) == []


def test_defaults_are_among_the_options() -> None:
    assert (
        absent(Property.StaticDropdown(display_name="", options=OPTIONS, default_value="s")) == "s"
    )
    with pytest.raises(DefinitionError) as caught:

        class Wrong(Props):  # pyright: ignore[reportUnusedClass]
            one = Property.StaticDropdown(display_name="", options=OPTIONS, default_value="m")
            many = Property.StaticMultiSelectDropdown(
                display_name="", options=OPTIONS, default_value=["s", "m"]
            )

    assert [problem.rpartition("refused: ")[2] for problem in caught.value.problems] == [
        "Expected one of the options, received: m",
        "Expected one of the options, received: m",
    ]


def test_options_may_be_given_as_a_state() -> None:
    state = DropdownState(options=[DropdownOption("S", "s")], disabled=True, placeholder="Wait")
    declared = Property.StaticDropdown(display_name="One", options=state)

    assert taken(declared, "s") == "s"
    assert declared.metadata()["options"] == {
        "disabled": True,
        "placeholder": "Wait",
        "options": [{"label": "S", "value": "s"}],
    }


async def load_async(context: PropertyContext[str]) -> DropdownState[str]:
    if context.auth is None:
        return DropdownState(disabled=True, placeholder="connect first")
    return DropdownState(options=[DropdownOption(context.auth, f"{context.search_value}")])


def load_plainly(context: PropertyContext[str]) -> DropdownState[JsonValue]:
    return DropdownState(options=[DropdownOption("Base", context.props_value.get("base"))])


@pytest.mark.parametrize(
    "raw", ["any", "", 3, True, [1], {"a": None}], ids=["text", "''", "3", "yes", "list", "object"]
)
def test_a_loaded_choice_is_not_compared_with_options(raw: JsonValue) -> None:
    one = Property.Dropdown(display_name="", refreshers=[], options=load_async)
    many = Property.MultiSelectDropdown(display_name="", refreshers=[], options=load_async)

    assert taken(one, raw) == raw
    assert taken(many, [raw]) == [raw]


def test_one_loaded_choice_counts_as_a_list_of_one() -> None:
    many = Property.MultiSelectDropdown(display_name="", refreshers=[], options=load_async)

    assert taken(many, {"id": 1}) == [{"id": 1}]
    assert taken(many, "[1, 2]") == [1, 2]
    assert taken(many, "[1, 2") == ["[1, 2"]
    assert taken(many, "") is None


async def test_options_are_loaded_by_what_is_filled_in() -> None:
    one = Property.Dropdown(display_name="", refreshers=["auth"], options=load_async)
    many = Property.MultiSelectDropdown(display_name="", refreshers=["base"], options=load_plainly)

    unconnected = await one.load(make_property_context())
    searched = await one.load(make_property_context(auth="key", search_value="x"))
    plain = await many.load(make_property_context(props={"base": 7}))

    assert unconnected.metadata() == {
        "disabled": True,
        "placeholder": "connect first",
        "options": [],
    }
    assert searched.options == [DropdownOption("key", "x")]
    assert plain.options == [DropdownOption("Base", 7)]


def test_a_refresher_is_a_property_beside_it() -> None:
    with pytest.raises(DefinitionError, match="`one` refreshes on `bse`, which is none"):

        class Wrong(Props):  # pyright: ignore[reportUnusedClass]
            base = Property.ShortText(display_name="Base")
            one = Property.Dropdown(
                display_name="", refreshers=["auth", "base", "bse"], options=load_async
            )


def test_what_is_not_json_cannot_be_an_option() -> None:
    unsayable: Any = {1, 2}

    with pytest.raises(DefinitionError, match="`option 'A'` is `set`, which is not JSON"):

        class Wrong(Props):  # pyright: ignore[reportUnusedClass]
            pick = Property.StaticDropdown(
                display_name="Pick", options=[DropdownOption("A", unsayable)]
            )


def test_without_options_there_is_nothing_to_compare_with() -> None:
    none: list[DropdownOption[str]] = []
    declared = Property.StaticDropdown(display_name="None", options=none)

    assert parse_values({"p": declared}, {}) == {"p": None}
    assert parse_values({"p": declared}, {"p": "s"}) == {"p": "s"}


def test_empty_text_is_no_choice_unless_an_option_says_so() -> None:
    letters = Property.StaticDropdown(display_name="L", options=[DropdownOption("A", "a")])

    assert parse_values({"one": ONE, "letters": letters}, {"one": "", "letters": ""}) == {
        "one": "",
        "letters": None,
    }
