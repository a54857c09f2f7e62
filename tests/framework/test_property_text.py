"""Properties whose value is text: what each takes, refuses, and holds it to."""

from __future__ import annotations

import subprocess
import sys
import textwrap
from typing import Any

import pytest

from pieces_framework import ApFile, DefinitionError, JsonValue, Property, Props, PropsError
from pieces_framework.property import parse_values
from tests.support.values import absent, refused, taken

WHOLE = pytest.mark.parametrize(
    "kind", [Property.ShortText, Property.LongText, Property.SecretText], ids=lambda kind: kind.kind
)


@WHOLE
@pytest.mark.parametrize(
    ("raw", "text"),
    [
        pytest.param("hi", "hi", id="text"),
        pytest.param(" ", " ", id="blank text"),
        pytest.param(3, "3", id="a number"),
        pytest.param(0.00001, "0.00001", id="a small number"),
        pytest.param(1e21, "1e+21", id="a large number"),
        pytest.param(True, "true", id="a yes"),
        pytest.param([], "[]", id="an empty list"),
        pytest.param({"a": [1, "é"]}, '{"a":[1,"é"]}', id="an object"),
    ],
)
def test_any_json_becomes_text(kind: Any, raw: JsonValue, text: str) -> None:
    assert taken(kind(display_name="P"), raw) == text


@WHOLE
def test_empty_text_is_nothing_where_the_property_is_optional(kind: Any) -> None:
    assert taken(kind(display_name="P"), "") is None
    assert taken(kind(display_name="P", required=True), "") == ""
    assert taken(kind(display_name="P", default_value="x"), "") == ""


@WHOLE
def test_nothing_is_refused_where_the_property_is_required(kind: Any) -> None:
    assert refused(kind(display_name="P", required=True), None) == "Expected string, received: null"
    with pytest.raises(PropsError, match="`p`: is required"):
        absent(kind(display_name="P", required=True))


@WHOLE
def test_a_file_is_no_text(kind: Any) -> None:
    file = ApFile(filename="a.txt", data=b"hi")

    assert refused(kind(display_name="P"), [file]) == "Expected string, received: a file"


@WHOLE
def test_a_number_that_json_cannot_say_is_no_text(kind: Any) -> None:
    problem = "Expected string, received: a number that JSON cannot say"

    assert refused(kind(display_name="P"), {"a": float("nan")}) == problem
    assert refused(kind(display_name="P"), [10**5000]) == problem


def test_rich_text_takes_nothing_but_text() -> None:
    rich = Property.RichText(display_name="P", required=True)

    assert taken(rich, "<p>Hi</p>") == "<p>Hi</p>"
    assert taken(Property.RichText(display_name="P"), "") == ""
    assert refused(rich, 3) == "Expected string, received: 3"
    assert refused(rich, {"a": 1}) == "Expected string, received: [object Object]"


@pytest.mark.parametrize(
    ("rules", "raw", "problem"),
    [
        pytest.param(
            {"min_length": 3}, "ab", "String should have at least 3 characters", id="too short"
        ),
        pytest.param({"min_length": 1}, 7, None, id="a number, as text"),
        pytest.param(
            {"max_length": 1}, 42, "String should have at most 1 character", id="too long a number"
        ),
        pytest.param({"max_length": 2}, "é" * 2, None, id="characters, not bytes"),
        pytest.param(
            {"pattern": "^[a-z]+$"}, "AB", "String should match pattern '^[a-z]+$'", id="pattern"
        ),
        pytest.param({"pattern": "b"}, "abc", None, id="a pattern matches anywhere"),
        pytest.param({"pattern": r"^(?!x)\w+$"}, "abc", None, id="Python's own patterns"),
        pytest.param({"min_length": 2, "max_length": 2}, "ab", None, id="exactly so long"),
    ],
)
def test_text_is_held_to_its_constraints(rules: Any, raw: JsonValue, problem: str | None) -> None:
    declared = Property.ShortText(display_name="P", **rules)

    if problem is None:
        assert taken(declared, raw) == str(raw)
    else:
        assert refused(declared, raw) == f"{problem}, received: {raw}"


def test_an_empty_optional_text_is_held_to_nothing() -> None:
    assert taken(Property.ShortText(display_name="P", min_length=3), "") is None


@pytest.mark.parametrize(
    ("rules", "problem"),
    [
        pytest.param(
            {"pattern": "("},
            "its pattern '(' is no regular expression: "
            "missing ), unterminated subpattern at position 0",
            id="broken pattern",
        ),
        pytest.param(
            {"min_length": 3, "max_length": 2},
            "its min_length=3 and max_length=2 leave no value",
            id="nothing fits",
        ),
        pytest.param({"min_length": -1}, "its min_length=-1 must not be below 0", id="negative"),
        pytest.param(
            {"max_length": 2, "default_value": "abc"},
            "its default_value is refused: String should have at most 2 characters, received: abc",
            id="default",
        ),
    ],
)
def test_constraints_that_cannot_be_kept_are_a_mistake(rules: Any, problem: str) -> None:
    with pytest.raises(DefinitionError) as caught:
        type("Wrong", (Props,), {"p": Property.ShortText(display_name="P", **rules)})

    assert caught.value.problems == (f"`{__name__}.Wrong.p`: {problem}",)


@pytest.mark.parametrize("raw", ["hush", ["hush"], {"a": "hush"}, "hush" * 9])
def test_a_secret_is_in_no_error(raw: JsonValue) -> None:
    declared = Property.SecretText(display_name="P", min_length=30, max_length=31, pattern="^x")

    with pytest.raises(PropsError) as caught:
        parse_values({"p": declared}, {"p": raw})

    assert "received: ***" in str(caught.value)
    assert "hush" not in f"{caught.value!r} {caught.value.problems} {caught.value.document()}"


def test_a_secret_is_in_no_error_about_its_default() -> None:
    declared = Property.SecretText(display_name="P", max_length=2, default_value="hush")

    assert declared.problems() == [
        "its default_value is refused: String should have at most 2 characters, received: ***"
    ]


def test_a_secret_is_in_no_representation() -> None:
    class Connection(Props):
        token = Property.SecretText(display_name="Token", default_value="hush")

    instance = Connection()
    instance.__values__ = parse_values(Connection, {"token": "hush-hush"})

    assert "hush" not in f"{instance!r} {Connection.token!r}"


def test_pydantic_is_loaded_by_the_first_value_that_is_held_to_something() -> None:
    program = textwrap.dedent("""
        import sys
        from pieces_framework import Property, Props, parse_props

        class Named(Props):
            name = Property.ShortText(display_name="Name", max_length=3, pattern="^a")
            age = Property.Number(display_name="Age", ge=0, multiple_of=2)

        Named.name.metadata()
        parse_props(Named, {})
        print("pydantic" in sys.modules)
        parse_props(Named, {"name": "ab"})
        print("pydantic" in sys.modules)
    """)

    done = subprocess.run(
        [sys.executable, "-c", program], check=True, capture_output=True, text=True
    )

    assert done.stdout.split() == ["False", "True"]
