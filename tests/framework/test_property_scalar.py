"""Numbers, yes/no values and colours: what each takes and refuses."""

from __future__ import annotations

from typing import Any

import pytest

from pieces_framework import JsonValue, Property
from tests.support.values import absent, refused, taken

NUMBER = Property.Number(display_name="Amount")
CHECKBOX = Property.Checkbox(display_name="Urgent")
COLOR = Property.Color(display_name="Color")


@pytest.mark.parametrize(
    ("raw", "number"),
    [
        pytest.param(3, 3, id="number"),
        pytest.param(0, 0, id="nothing at all"),
        pytest.param(2.5, 2.5, id="fraction"),
        pytest.param(" 4.5 ", 4.5, id="text"),
        pytest.param("0x10", 16, id="hexadecimal text"),
        pytest.param("1e3", 1000.0, id="exponent"),
        pytest.param("+.5E1", 5.0, id="sign and bare fraction"),
        pytest.param("0B11", 3, id="binary text"),
        pytest.param("-0", 0, id="minus nothing"),
        pytest.param("0" * 500 + "2000", 2000, id="many leading zeros"),
        pytest.param("1" + "0" * 500 + "e-499", 10.0, id="long but not large"),
        pytest.param("9007199254740993", 9007199254740993, id="every digit"),
        pytest.param("\ufeff\u00a0\u1680 7\u2028\u2029\u3000\v", 7, id="JavaScript's space"),
        pytest.param("", None, id="empty text"),
        pytest.param(None, None, id="null"),
    ],
)
def test_a_number_is_taken(raw: JsonValue, number: float | None) -> None:
    value = taken(NUMBER, raw)

    assert value == number
    assert type(value) is type(number)


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        pytest.param("lots", "lots", id="words"),
        pytest.param("  ", "  ", id="blank text"),
        pytest.param("1_000", "1_000", id="underscore"),
        pytest.param(True, "true", id="yes"),
        pytest.param([1, 2], "1,2", id="list"),
        pytest.param({}, "[object Object]", id="object"),
        pytest.param("Infinity", "Infinity", id="infinity"),
        pytest.param(float("nan"), "NaN", id="NaN"),
        pytest.param(10**400, "Infinity", id="too large a number"),
        pytest.param("9" * 999, "9" * 999, id="huge"),
        pytest.param("9" * 390, "9" * 390, id="too large"),
        pytest.param(str(2**1024 - 2**970), str(2**1024 - 2**970), id="rounds to infinity"),
        pytest.param("\x1c7", "\x1c7", id="no space: FS"),
        pytest.param("7\x85", "7\x85", id="no space: NEL"),
        pytest.param("\u0667", "\u0667", id="Arabic digit"),
        pytest.param("-0x7", "-0x7", id="signed hexadecimal"),
        pytest.param("+", "+", id="sign alone"),
    ],
)
def test_a_number_is_refused(raw: JsonValue, text: str) -> None:
    assert refused(NUMBER, raw) == f"Expected number, received: {text}"


@pytest.mark.parametrize(
    ("rules", "raw", "problem"),
    [
        pytest.param(
            {"ge": 0}, -1, "Input should be greater than or equal to 0, received: -1", id="ge"
        ),
        pytest.param(
            {"le": 10}, "11", "Input should be less than or equal to 10, received: 11", id="le"
        ),
        pytest.param({"gt": 0}, 0, "Input should be greater than 0, received: 0", id="gt"),
        pytest.param({"lt": 1}, 1.0, "Input should be less than 1, received: 1", id="lt"),
        pytest.param(
            {"multiple_of": 0.5},
            0.7,
            "Input should be a multiple of 0.5, received: 0.7",
            id="multiple_of",
        ),
    ],
)
def test_a_number_beyond_its_bounds_is_refused(rules: Any, raw: JsonValue, problem: str) -> None:
    assert refused(Property.Number(display_name="N", **rules), raw) == problem


def test_a_number_within_its_bounds_stays_whole() -> None:
    bounded = Property.Number(display_name="N", ge=0, le=10, gt=-1, lt=11, multiple_of=2)

    assert (taken(bounded, "4"), type(taken(bounded, "4"))) == (4, int)
    assert taken(bounded, "") is None


@pytest.mark.parametrize(
    ("rules", "problem"),
    [
        pytest.param({"ge": 2, "le": 1}, "its ge=2 and le=1 leave no value", id="ge above le"),
        pytest.param({"gt": 1, "lt": 1}, "its gt=1 and lt=1 leave no value", id="gt is lt"),
        pytest.param({"ge": 1, "lt": 1}, "its ge=1 and lt=1 leave no value", id="ge is lt"),
        pytest.param({"gt": 1, "le": 1}, "its gt=1 and le=1 leave no value", id="gt is le"),
        pytest.param({"multiple_of": 0}, "its multiple_of=0 must be above 0", id="multiple of 0"),
        pytest.param(
            {"le": float("inf")}, "its le=inf is no number that JSON has", id="infinite bound"
        ),
        pytest.param(
            {"ge": 1, "default_value": 0},
            "its default_value is refused: Input should be greater than or equal to 1, received: 0",
            id="default out of bounds",
        ),
    ],
)
def test_bounds_that_cannot_be_kept_are_a_mistake(rules: Any, problem: str) -> None:
    assert Property.Number(display_name="N", **rules).problems() == [problem]


def test_bounds_that_leave_one_value_are_no_mistake() -> None:
    assert Property.Number(display_name="N", ge=1, le=1, default_value=1).problems() == []


@pytest.mark.parametrize(
    ("raw", "value"),
    [
        pytest.param(True, True, id="yes"),
        pytest.param(False, False, id="no"),
        pytest.param("true", True, id="yes as text"),
        pytest.param("false", False, id="no as text"),
        pytest.param(" ", None, id="blank text"),
        pytest.param(None, None, id="null"),
    ],
)
def test_a_yes_or_no_is_taken(raw: JsonValue, value: object) -> None:
    assert taken(CHECKBOX, raw) is value


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        pytest.param("TRUE", "TRUE", id="capitals"),
        pytest.param(1, "1", id="one"),
        pytest.param(0, "0", id="zero"),
        pytest.param([], "", id="list"),
    ],
)
def test_a_yes_or_no_is_refused(raw: JsonValue, text: str) -> None:
    assert refused(CHECKBOX, raw) == f"Expected boolean, received: {text}"


def test_a_no_is_a_default() -> None:
    declared = Property.Checkbox(display_name="C", default_value=False)

    assert (absent(declared), taken(declared, " "), taken(declared, True)) == (False, False, True)


def test_a_no_is_enough_where_one_is_required() -> None:
    assert taken(Property.Checkbox(display_name="C", required=True), False) is False


def test_a_color_is_text() -> None:
    assert taken(COLOR, "#ff0000") == "#ff0000"
    assert taken(COLOR, "tomato") == "tomato"
    assert taken(COLOR, "  ") == "  "
    assert taken(COLOR, "") is None
    assert refused(COLOR, 3) == "Expected color, received: 3"
    assert refused(COLOR, {"r": 1}) == "Expected color, received: [object Object]"
    required = Property.Color(display_name="C", required=True)
    assert refused(required, "") == "Expected color, received: "
