"""Properties gathered in a `Props` class or a dict: all kinds alike."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from pieces_framework import (
    ActionContext,
    DefinitionError,
    DropdownOption,
    JsonValue,
    PieceAuth,
    Property,
    Props,
    PropsError,
    create_action,
    create_piece,
    parse_props,
)
from pieces_framework.property import parse_values


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


def test_both_forms_refuse_alike() -> None:
    class Typed(Props):
        level = Property.Number(display_name="Level", required=True, ge=0)
        note = Property.ShortText(display_name="Note")

    raw: dict[str, JsonValue] = {"level": -1, "note": "x"}
    with pytest.raises(PropsError) as typed:
        parse_props(Typed, raw)
    with pytest.raises(PropsError) as plain:
        parse_values(dict(Typed.__properties__), raw)

    assert typed.value.problems == plain.value.problems
    assert "level" in typed.value.problems


def test_nothing_given_is_absent_or_null() -> None:
    class Asked(Props):
        wanted = Property.Number(display_name="Wanted", required=True)
        other = Property.Number(display_name="Other")
        preset = Property.Number(display_name="Preset", required=True, default_value=1)

    assert vars(parse_props(Asked, {"wanted": 0}))["__values__"] == {
        "wanted": 0,
        "other": None,
        "preset": 1,
    }
    assert parse_props(Asked, {"wanted": 0, "other": None, "preset": None}).preset == 1
    with pytest.raises(PropsError, match="`wanted`: is required"):
        parse_props(Asked, {})
    with pytest.raises(PropsError, match="`wanted`: Expected number, received: null"):
        parse_props(Asked, {"wanted": None})


def test_an_auth_is_no_property() -> None:
    with pytest.raises(DefinitionError, match=r"`.*Wrong.key` is an auth; a secret here is"):

        class Wrong(Props):  # pyright: ignore[reportUnusedClass]
            key = PieceAuth.SecretText(display_name="Key")


def test_problems_are_a_document_of_lists() -> None:
    error = PropsError({"a": "x", "b": {"c": "y"}, "d": [{}, {"e": "z"}]})

    assert error.messages == ("`a`: x", "`b.c`: y", "`d[1].e`: z")
    assert error.document() == {
        "a": ["x"],
        "b": {"c": ["y"]},
        "d": {"properties": [{}, {"e": ["z"]}]},
    }


def test_what_is_too_deep_is_refused() -> None:
    deep: Any = []
    for _ in range(100_000):
        deep = [deep]
    properties = {
        "a": Property.Json(display_name="A"),
        "b": Property.ShortText(display_name="B"),
        "c": Property.Checkbox(display_name="C"),
    }

    with pytest.raises(PropsError) as caught:
        parse_values(properties, dict.fromkeys(properties, deep))

    assert caught.value.problems == {
        "a": "Expected JSON, received: a value nested too deeply",
        "b": "Expected string, received: a value nested too deeply",
        "c": "Expected boolean, received: a value nested too deeply",
    }


def test_instances_with_the_same_values_are_equal_and_show_none() -> None:
    class Login(Props):
        user = Property.ShortText(display_name="User")
        password = Property.SecretText(display_name="Password")

    first = parse_props(Login, {"user": "ada", "password": "sesame"})

    assert first == parse_props(Login, {"user": "ada", "password": "sesame"})
    assert first != parse_props(Login, {"user": "bob", "password": "sesame"})
    assert repr(first) == "<Login with user, password>"


def test_what_may_hold_a_secret_is_not_repeated_in_a_refusal() -> None:
    row = {"token": Property.SecretText(display_name="T")}
    rows = Property.Array(display_name="Rows", properties=row)
    more = Property.DynamicProperties(display_name="M", props=lambda _context: {}, refreshers=[])

    with pytest.raises(PropsError) as caught:
        parse_values(
            {"rows": rows, "more": more},
            {"rows": '[{"token": "sesame', "more": '{"token":"sesame"}'},
            schemas={"more": row},
        )

    assert caught.value.problems == {
        "rows": "Expected array, received: ***",
        "more": "Expected object, received: ***",
    }


def test_a_dict_that_holds_something_else_is_refused_with_its_name() -> None:
    odd: Any = {"x": "text"}  # as code that no checker sees may have it

    @create_action(name="a", display_name="A", description="", props=odd)
    def act(context: ActionContext[None, Mapping[str, Any]]) -> None: ...

    with pytest.raises(DefinitionError, match=r"property `x` is `str`; declare it by `Property"):
        create_piece(display_name="P", logo_url="", actions=[act], triggers=[])
