"""Properties: what each kind takes, refuses and says on the wire."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pieces_framework import (
    DefinitionError,
    DropdownOption,
    JsonValue,
    Property,
    Props,
    PropsError,
    parse_props,
)
from pieces_framework.property import parse_values


class Order(Props):
    """One property of each kind, optional."""

    note = Property.ShortText(display_name="Note")
    body = Property.LongText(display_name="Body")
    amount = Property.Number(display_name="Amount")
    urgent = Property.Checkbox(display_name="Urgent")
    size = Property.StaticDropdown(
        display_name="Size",
        options=[DropdownOption("Small", "s"), DropdownOption("Large", "l")],
    )
    extra = Property.Json(display_name="Extra")


@pytest.mark.parametrize(
    ("name", "raw", "value"),
    [
        pytest.param("note", "hi", "hi", id="text"),
        pytest.param("note", 3, "3", id="text of a number"),
        pytest.param("note", 0.00001, "0.00001", id="text of a small number"),
        pytest.param("note", 1e21, "1e+21", id="text of a large number"),
        pytest.param("note", True, "true", id="text of a yes"),
        pytest.param("note", {"a": [1, "é"]}, '{"a":[1,"é"]}', id="text of an object"),
        pytest.param("note", "", None, id="empty optional text"),
        pytest.param("amount", 3, 3, id="number"),
        pytest.param("amount", " 4.5 ", 4.5, id="number in text"),
        pytest.param("amount", "0x10", 16, id="hexadecimal text"),
        pytest.param("amount", "1e3", 1000.0, id="exponent"),
        pytest.param("amount", "+.5E1", 5.0, id="sign and bare fraction"),
        pytest.param("amount", "0B11", 3, id="binary text"),
        pytest.param("amount", "-0", 0, id="minus nothing"),
        pytest.param("amount", "0" * 500 + "2000", 2000, id="many leading zeros"),
        pytest.param("amount", "1" + "0" * 500 + "e-499", 10.0, id="long but not large"),
        pytest.param("amount", "9007199254740993", 9007199254740993, id="every digit"),
        pytest.param(
            "amount", "\ufeff\u00a0\u1680 7\u2028\u2029\u3000\v", 7, id="JavaScript's space"
        ),
        pytest.param("amount", "", None, id="empty number"),
        pytest.param("urgent", "false", False, id="no in text"),
        pytest.param("urgent", " ", None, id="blank yes/no"),
        pytest.param("size", "l", "l", id="option"),
        pytest.param("extra", '{"a": 1}', {"a": 1}, id="json text"),
        pytest.param("extra", [1], [1], id="json list"),
        pytest.param("extra", "", None, id="empty json"),
    ],
)
def test_a_value_is_coerced(name: str, raw: JsonValue, value: object) -> None:
    values = parse_values(Order, {name: raw})

    assert values[name] == value
    assert type(values[name]) is type(value)


@pytest.mark.parametrize(
    ("name", "raw", "message"),
    [
        pytest.param("amount", "lots", "Expected number, received: lots", id="words"),
        pytest.param("amount", "1_000", "Expected number, received: 1_000", id="underscore"),
        pytest.param("amount", True, "Expected number, received: true", id="yes as number"),
        pytest.param("amount", [1, 2], "Expected number, received: 1,2", id="list as number"),
        pytest.param("amount", "Infinity", "Expected number, received: Infinity", id="infinity"),
        pytest.param("amount", "9" * 999, "Expected number, received: " + "9" * 999, id="huge"),
        pytest.param(
            "amount", "9" * 390, "Expected number, received: " + "9" * 390, id="too large"
        ),
        pytest.param(
            "amount",
            str(2**1024 - 2**970),
            f"Expected number, received: {2**1024 - 2**970}",
            id="rounds to infinity",
        ),
        pytest.param("amount", "\x1c7", "Expected number, received: \x1c7", id="no space: FS"),
        pytest.param("amount", "7\x85", "Expected number, received: 7\x85", id="no space: NEL"),
        pytest.param("amount", "\u0667", "Expected number, received: \u0667", id="Arabic digit"),
        pytest.param("amount", "-0x7", "Expected number, received: -0x7", id="signed hexadecimal"),
        pytest.param("amount", "+", "Expected number, received: +", id="sign alone"),
        pytest.param("urgent", "TRUE", "Expected boolean, received: TRUE", id="capital yes"),
        pytest.param("urgent", 1, "Expected boolean, received: 1", id="one as yes"),
        pytest.param("size", "xl", "Expected one of the options, received: xl", id="no option"),
        pytest.param("extra", "{oops", "Expected JSON, received: {oops", id="broken json"),
        pytest.param("extra", "42", "Expected JSON, received: 42", id="json scalar"),
        pytest.param("extra", "[NaN]", "Expected JSON, received: [NaN]", id="NaN in json"),
    ],
)
def test_a_value_is_refused(name: str, raw: JsonValue, message: str) -> None:
    with pytest.raises(PropsError) as caught:
        parse_values(Order, {name: raw})

    assert caught.value.problems == {name: message}


def test_an_option_is_compared_as_json_not_as_python() -> None:
    class Choice(Props):
        pick = Property.StaticDropdown(
            display_name="Pick", options=[DropdownOption("One", 1), DropdownOption("Yes", True)]
        )

    assert parse_props(Choice, {"pick": True}).pick is True
    assert parse_props(Choice, {"pick": 1.0}).pick == 1


def test_every_problem_is_reported_at_once() -> None:
    class Strict(Props):
        a = Property.ShortText(display_name="A", required=True)
        b = Property.Number(display_name="B", required=True)
        c = Property.Checkbox(display_name="C", required=True)

    with pytest.raises(PropsError) as caught:
        parse_props(Strict, {"b": None, "c": "maybe"})

    assert caught.value.problems == {
        "a": "is required",
        "b": "Expected number, received: null",
        "c": "Expected boolean, received: maybe",
    }


@pytest.mark.parametrize("raw", [{}, {"level": None}, {"level": ""}], ids=["absent", "null", "''"])
def test_a_default_stands_in_for_nothing(raw: Mapping[str, JsonValue]) -> None:
    class Defaulted(Props):
        level = Property.Number(display_name="Level", default_value=5)

    assert parse_props(Defaulted, raw).level == 5


def test_an_empty_default_is_a_value() -> None:
    class Separated(Props):
        separator = Property.ShortText(display_name="Separator", default_value="")

    assert parse_props(Separated, {}).separator == ""


def test_a_run_that_changes_its_values_does_not_change_the_declaration() -> None:
    class Listed(Props):
        rows = Property.Json(display_name="Rows", default_value=[1])
        pick = Property.StaticDropdown(
            display_name="Pick", required=True, options=[DropdownOption("A", [1])]
        )

    first: dict[str, Any] = parse_values(Listed, {"pick": [1]})
    first["rows"].append(2)
    first["pick"].append(2)

    assert parse_values(Listed, {"pick": [1]}) == {"rows": [1], "pick": [1]}


def test_what_is_not_json_cannot_be_declared() -> None:
    unsayable: Any = {1, 2}

    with pytest.raises(DefinitionError, match="`option 'A'` is `set`, which is not JSON"):

        class Wrong(Props):  # pyright: ignore[reportUnusedClass]
            pick = Property.StaticDropdown(
                display_name="Pick", options=[DropdownOption("A", unsayable)]
            )


def test_required_text_may_be_empty() -> None:
    class Named(Props):
        name = Property.ShortText(display_name="Name", required=True)

    assert parse_props(Named, {"name": ""}).name == ""


def test_a_property_may_have_any_name() -> None:
    class Mail(Props):
        from_ = Property.ShortText(name="from", display_name="From", required=True)
        items = Property.ShortText(display_name="Items", required=True)

    mail = parse_props(Mail, {"from": "Ada", "items": "tea", "unknown": 1})

    assert (mail.from_, mail.items) == ("Ada", "tea")
    assert list(mail.__values__) == ["from", "items"]


def test_properties_are_inherited_first_to_last() -> None:
    class Base(Props):
        url = Property.ShortText(display_name="URL")

    class Child(Base):
        name = Property.ShortText(display_name="Name")

    assert list(Child.__properties__) == ["url", "name"]
    assert list(Base.__properties__) == ["url"]


def test_the_dict_form_behaves_like_the_class() -> None:
    props = {"level": Property.Number(display_name="Level", required=True)}

    assert parse_values(props, {"level": "3", "other": 1}) == {"level": 3}


def test_mistakes_in_a_props_class_are_reported_together() -> None:
    shared = Property.ShortText(display_name="Shared")

    with pytest.raises(DefinitionError) as caught:

        class Wrong(Props):  # pyright: ignore[reportUnusedClass]
            one = shared
            two = shared
            three = Property.ShortText(name="one", display_name="Three")
            size = Property.StaticDropdown(
                display_name="Size", options=[DropdownOption("S", "s")], default_value="m"
            )

    scope = (
        "tests.framework.test_props.test_mistakes_in_a_props_class_are_reported_together.<locals>."
    )
    assert [problem.replace(scope, "") for problem in caught.value.problems] == [
        "`Wrong.two` is the same object as `one`; declare each property once",
        "`Wrong.two` repeats the property name `one`",
        "`Wrong.three` repeats the property name `one`",
        "`Wrong.size`: its default_value is refused: Expected one of the options, received: m",
    ]


def test_the_wire_form_of_each_kind() -> None:
    wire = {name: prop.metadata() for name, prop in Order.__properties__.items()}

    assert wire == {
        "note": {"type": "SHORT_TEXT", "displayName": "Note", "required": False},
        "body": {"type": "LONG_TEXT", "displayName": "Body", "required": False},
        "amount": {"type": "NUMBER", "displayName": "Amount", "required": False},
        "urgent": {"type": "CHECKBOX", "displayName": "Urgent", "required": False},
        "size": {
            "type": "STATIC_DROPDOWN",
            "displayName": "Size",
            "required": False,
            "options": {
                "disabled": False,
                "options": [{"label": "Small", "value": "s"}, {"label": "Large", "value": "l"}],
            },
        },
        "extra": {"type": "JSON", "displayName": "Extra", "required": False},
    }


def test_description_and_default_are_on_the_wire_when_given() -> None:
    level = Property.Number(display_name="L", description="0 to 10", default_value=0, required=True)

    assert level.metadata() == {
        "type": "NUMBER",
        "displayName": "L",
        "description": "0 to 10",
        "required": True,
        "defaultValue": 0,
    }


def nested(depth: int) -> JsonValue:
    value: JsonValue = []
    for _ in range(depth):
        value = [value]
    return value


_json = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.sampled_from([10**400, -(10**4000), 2**1024])
    | st.floats()
    | st.text()
    | st.text("0123456789", min_size=300, max_size=500)
    | st.sampled_from([5, 500, 5000]).map(nested),
    lambda children: st.lists(children) | st.dictionaries(st.text(), children),
    max_leaves=10,
)


@given(st.dictionaries(st.sampled_from(list(Order.__properties__)), _json))
def test_only_props_error_ever_escapes(raw: dict[str, Any]) -> None:
    with contextlib.suppress(PropsError):
        assert parse_values(Order, raw).keys() == Order.__properties__.keys()
