"""Whether data is what a schema or a sample says."""

from __future__ import annotations

import typing
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import BaseModel

from pieces_engine.contract.fit import likeness_problem, schema_problem
from pieces_framework import JsonValue, OutputField, OutputSchema
from pieces_framework.output import json_output
from pieces_framework.output_formats import JSON_KINDS, OutputFormat
from pieces_framework.output_schema import result_schema

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)

FEW = settings(max_examples=25)

ORDER = OutputSchema(
    fields=[
        OutputField(key="id", format="number"),
        OutputField(key="buyer", children=[OutputField(key="mail", format="email")]),
        OutputField(key="lines", list_items=[OutputField(key="paid", format="boolean")]),
        OutputField(key="extra", dynamic_key=True, children=[OutputField(key="at", format="date")]),
    ]
).metadata()

GOOD: dict[str, JsonValue] = {
    "id": 1,
    "buyer": {"mail": "a@example.com"},
    "lines": [{"paid": True}, {"paid": None}],
    "extra": {"any": {"at": "2026-01-02"}},
    "undeclared": "is no harm",
}


@pytest.mark.parametrize(
    "value", [GOOD, [GOOD, GOOD], [], {**GOOD, "buyer": None, "lines": []}, {**GOOD, "id": "1.50"}]
)
def test_what_the_schema_says_fits(value: JsonValue) -> None:
    assert schema_problem(ORDER, value, "output") == ""


@pytest.mark.parametrize(
    ("value", "problem"),
    [
        ({**GOOD, "id": True}, "`output.id` is a yes/no, and its schema says `number`"),
        ({**GOOD, "buyer": {}}, "`output.buyer` lacks `mail`, which its schema has"),
        ({**GOOD, "buyer": "x"}, "`output.buyer` is text, and its schema has fields"),
        ({**GOOD, "lines": {}}, "`output.lines` is an object, and its schema has a list"),
        (
            {**GOOD, "lines": [{"paid": True}, {"paid": 1}]},
            "`output.lines[1].paid` is a number, and its schema says `boolean`",
        ),
        (
            {**GOOD, "extra": {"any": {"at": "soon"}}},
            "`output.extra.any.at` is text, and its schema says `date`",
        ),
        ({**GOOD, "id": "one"}, "`output.id` is text, and its schema says `number`"),
        ({**GOOD, "extra": []}, "`output.extra` is a list, and its schema has fields"),
        ([GOOD, {}], "`output[1]` lacks `id`, which its schema has"),
        (None, "`output` is null, and its schema has fields"),
    ],
)
def test_what_does_not_fit_is_named(value: JsonValue, problem: str) -> None:
    assert schema_problem(ORDER, value, "output") == problem


@FEW
@given(JSON)
def test_without_a_schema_everything_fits(value: JsonValue) -> None:
    assert schema_problem(None, value, "output") == ""


@pytest.mark.parametrize("format_", typing.get_args(OutputFormat))
@pytest.mark.parametrize(
    ("value", "kind"), [(True, "boolean"), (1, "number"), ({}, "object"), ([], "array")]
)
def test_a_format_takes_the_kinds_of_its_row(
    format_: OutputFormat, value: JsonValue, kind: str
) -> None:
    schema = OutputSchema(fields=[OutputField(key="a", format=format_)]).metadata()

    fits = schema_problem(schema, {"a": value}, "output") == ""

    assert fits == (kind in JSON_KINDS[format_])


class Priced(BaseModel):
    price: Decimal


def test_a_model_fits_the_schema_that_is_derived_from_it() -> None:
    schema = result_schema(_priced)
    assert schema is not None

    output = json_output(_priced())

    assert output == {"price": "1.50"}
    assert schema_problem(schema.metadata(), output, "output") == ""


def _priced() -> Priced:
    return Priced(price=Decimal("1.50"))


@pytest.mark.parametrize("format_", ["currency", "filesize", "duration", "url", "html", "image"])
def test_text_fits_each_format_that_may_be_written_as_text(format_: OutputFormat) -> None:
    schema = OutputSchema(fields=[OutputField(key="a", format=format_)]).metadata()

    assert schema_problem(schema, {"a": "text"}, "output") == ""
    assert schema_problem(schema, {"a": []}, "output") != ""


@FEW
@given(JSON)
def test_everything_is_like_itself(value: JsonValue) -> None:
    assert likeness_problem(value, value, "run") == ""


@pytest.mark.parametrize(
    ("sample", "item", "problem"),
    [
        ({"a": 1}, {"a": 2.5, "b": 1}, ""),
        ({"a": 1}, {"a": None}, ""),
        ({"a": 1}, {}, "`run` lacks `a`, which the sample data has"),
        (
            {"a": [{"b": 1}]},
            {"a": [{"b": ""}]},
            "`run.a[0].b` is text, and in the sample data a number",
        ),
        ([], {}, "`run` is an object, and in the sample data a list"),
        (True, 1, "`run` is a number, and in the sample data a yes/no"),
    ],
)
def test_an_item_unlike_the_sample_is_named(
    sample: JsonValue, item: JsonValue, problem: str
) -> None:
    assert likeness_problem(sample, item, "run") == problem
