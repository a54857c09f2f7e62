"""Whatever JSON a flow supplies to whichever property, only `PropsError` ever escapes."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Mapping
from typing import Any, TypeAlias

import pytest
from hypothesis import HealthCheck, given, note, settings
from hypothesis import strategies as st

from pieces_framework import DropdownOption, JsonValue, Property, Props, PropsError
from pieces_framework.files import ApFile
from pieces_framework.property import DropdownState, PropertyBase, PropertyOptions, parse_values
from pieces_framework.times import parse_time

SIZES = [
    DropdownOption("Small", "s"),
    DropdownOption("One", 1),
    DropdownOption("List", [1, {"a": 2}]),
]
Declared: TypeAlias = "dict[str, PropertyBase[Any]]"


class Row(Props):
    """A row of an array, with rows of its own."""

    label = Property.ShortText(display_name="Label", required=True, max_length=3)
    when = Property.DateTime(display_name="When")
    inner = Property.Array(
        display_name="Inner", properties={"n": Property.Number(display_name="N", required=True)}
    )


def no_options(context: object) -> DropdownState[JsonValue]:
    return DropdownState()


def no_children(context: object) -> Declared:
    return {}


def one_of_each(**keywords: Any) -> Declared:
    """Every kind of property, with `keywords` besides those it needs."""
    common: PropertyOptions = {"display_name": "P"}
    given: Any = {**common, **keywords}
    loaded: Any = {**given, "refreshers": []}
    return {
        "short_text": Property.ShortText(**given),
        "pattern": Property.ShortText(**given, min_length=2, max_length=5, pattern="^[a-z]+$"),
        "long_text": Property.LongText(**given),
        "rich_text": Property.RichText(**given),
        "secret_text": Property.SecretText(**given, min_length=3),
        "number": Property.Number(**given),
        "bounded": Property.Number(**given, ge=0, lt=10, multiple_of=0.5),
        "checkbox": Property.Checkbox(**given),
        "color": Property.Color(**given),
        "date_time": Property.DateTime(**given),
        "date_range": Property.DateRange(**given),
        "static_dropdown": Property.StaticDropdown(**given, options=SIZES),
        "static_multi": Property.StaticMultiSelectDropdown(**given, options=SIZES),
        "dropdown": Property.Dropdown(**loaded, options=no_options),
        "multi_select": Property.MultiSelectDropdown(**loaded, options=no_options),
        "dynamic": Property.DynamicProperties(**loaded, props=no_children),
        "stored": Property.DynamicProperties(**loaded, props=no_children),
        "json": Property.Json(**given),
        "object": Property.Object(**given),
        "file": Property.File(**given),
        "stream": Property.File(**given, streaming=True),
        "texts": Property.Array(**given),
        "rows": Property.Array(**given, properties=Row),
        "markdown": Property.MarkDown(value="*", name="markdown"),
        "custom": Property.Custom(**given, code="() => {}"),
    }


FORMS = {"optional": one_of_each(), "required": one_of_each(required=True)}
SCHEMAS: Mapping[str, Declared] = {
    "stored": {**FORMS["required"], "a~b.c": FORMS["optional"]["number"]}
}


def nested(depth: int) -> JsonValue:
    value: JsonValue = []
    for _ in range(depth):
        value = [value]
    return value


def nested_objects(depth: int) -> JsonValue:
    value: JsonValue = {}
    for _ in range(depth):
        value = {"rows": value}
    return value


def power_of_ten(exponent: int) -> int:
    return -int(pow(10, exponent))


WORDS = (
    *("2024", "14", "3", "0000", "99999999999999999999", "-1", "1e5", "nan", "inf", "²", "٣"),
    *("March", "mon", "T", "AM", "am", "12:00", "25:61", "12pm", "10h", "5m", "."),
    *(",", ":", "/", "-", "Z", "GMT", "EST", "UTC+3", "+99:99", "20240314T120000", "2024-W10-4"),
)
numbers = st.integers() | st.floats() | st.sampled_from([400, 5000]).map(power_of_ten)
times = st.text("0123456789-+:./TZ ,apmjfebdmonutchrEST", max_size=30) | st.builds(
    " ".join,
    st.lists(
        st.sampled_from(WORDS),
        max_size=6,
    ),
)
texts = st.one_of(
    st.text(),
    st.text(st.characters(categories=["Cs", "Nd", "No", "Zs", "Cc"])),
    st.text("0123456789", min_size=300, max_size=500),
    times,
    st.sampled_from(["[" * 100_000, '{"a":' * 5000, "9" * 5000, "NaN", "[1e999]", '"q"', "-0"]),
    st.text().map("data:text/plain;base64,{}".format),
    st.text().map("data:{};base64,aGk=".format),
)
deep = st.sampled_from([5, 400, 900, 5000])
values: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | numbers | texts | deep.map(nested) | deep.map(nested_objects),
    lambda children: (
        st.lists(children)
        | st.dictionaries(
            st.text() | st.sampled_from([*SCHEMAS["stored"], *Row.__properties__]), children
        )
        | st.fixed_dictionaries(
            {}, optional={"preset": children, "after": children, "before": children}
        )
    ),
    max_leaves=10,
)


@pytest.mark.parametrize("declared", FORMS.values(), ids=FORMS)
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(raw=values)
def test_only_props_error_ever_escapes(declared: Declared, raw: Any) -> None:
    for name, kind in declared.items():
        note(name)
        with contextlib.suppress(PropsError):
            assert parse_values({name: kind}, {name: raw}, schemas=SCHEMAS).keys() == {name}


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(raw=st.dictionaries(st.sampled_from(list(FORMS["required"])), values))
def test_whatever_is_refused_is_told_as_json(raw: dict[str, Any]) -> None:
    declared = {**FORMS["required"], "never": Property.Json(display_name="", required=True)}

    with pytest.raises(PropsError) as caught:
        parse_values(declared, raw, schemas=SCHEMAS)

    document = caught.value.document()
    assert document["never"] == ["is required"]
    assert json.loads(json.dumps(document)).keys() == document.keys()


@settings(max_examples=60, deadline=None)
@given(raw=values)
def test_a_file_already_read_is_refused_by_all_but_files(raw: Any) -> None:
    file = ApFile(filename="a.txt", data=b"hi")
    for name, declared in FORMS["required"].items():
        for value in (file, [file], {"a": file, "b": raw}, {"a": [file]}):
            with contextlib.suppress(PropsError):
                parse_values({name: declared}, {name: value}, schemas=SCHEMAS)


@settings(max_examples=1000, deadline=None)
@given(times)
def test_a_time_is_read_or_refused(text: str) -> None:
    with contextlib.suppress(ValueError):
        assert parse_time(text).utcoffset() is not None
