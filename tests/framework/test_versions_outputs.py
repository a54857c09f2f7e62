"""What is judged of results, whose schema and sample say one thing together."""

from __future__ import annotations

from typing import Any, Final

import pytest

from pieces_framework.versions import compare


def schema(*declared: dict[str, Any]) -> dict[str, Any]:
    return {"outputSchema": {"fields": list(declared)}}


CHILDREN: Final = {"children": [{"key": "b"}]}
LIST: Final = {"listItems": [{"key": "b"}]}
CONTRADICTED: Final[list[tuple[dict[str, Any], Any]]] = [
    (LIST, "t"),
    (LIST, [1]),
    (CHILDREN, "t"),
    (CHILDREN, []),
    ({"dynamicKey": True}, 1),
]
"""What a new schema says of a field, and what the sample had there."""
CASES: Final[dict[str, tuple[dict[str, Any], dict[str, Any], set[str]]]] = {
    "a schema in place of a sample that it covers": (
        {"sampleData": {"a": 1, "b": {"c": "x"}}},
        schema(
            {"key": "a", "format": "number"},
            {"key": "b", "children": [{"key": "c", "format": "email"}]},
        ),
        {"output-schema-added", "sample-changed"},
    ),
    "a schema beside a sample that shows the kinds it does not say": (
        {"sampleData": {"a": 1, "b": [1]}},
        {"sampleData": {"a": 1, "b": [1]}} | schema({"key": "a"}, {"key": "b"}),
        {"output-schema-added"},
    ),
    "a schema that does not say the kinds of the sample": (
        {"sampleData": {"a": 1}},
        schema({"key": "a"}),
        {"output-schema-added", "sample-changed"},
    ),
    "a schema in place of a sample of text": (
        {"sampleData": "x"},
        schema({"key": "a"}),
        {"output-schema-added", "output-type-changed", "sample-changed"},
    ),
    **{
        f"a schema that has {said} where the sample has {value!r}": (
            {"sampleData": {"a": value}},
            schema({"key": "a", **said}),
            {"output-schema-added", "output-type-changed", "sample-changed"},
        )
        for said, value in CONTRADICTED
    },
    "a schema that lacks what is below keys that are data": (
        {"sampleData": {"a": {"k1": {"v": 1}}}},
        schema({"key": "a", "dynamicKey": True, "children": [{"key": "w"}]}),
        {"output-schema-added", "output-removed", "sample-changed"},
    ),
    "a schema that has what is below keys that are data": (
        {"sampleData": {"a": {"k1": {"v": 1}, "k2": {"v": 2}}}},
        schema(
            {"key": "a", "dynamicKey": True, "children": [{"key": "v", "format": "number"}]},
        ),
        {"output-schema-added", "sample-changed"},
    ),
    "a scalar that became a list": (
        schema({"key": "a", "format": "number"}),
        schema({"key": "a", "format": "number", **LIST}),
        {"output-type-changed", "output-added"},
    ),
    "a text that became an object": (
        schema({"key": "a", "format": "email"}),
        schema({"key": "a", **CHILDREN}),
        {"output-type-changed", "output-added"},
    ),
    "a list that became an object": (
        schema({"key": "a", **LIST}),
        schema({"key": "a", **LIST, **CHILDREN}),
        {"output-type-changed", "output-added"},
    ),
    "a field that said nothing and is an object": (
        schema({"key": "a"}),
        schema({"key": "a", **CHILDREN}),
        {"output-type-changed", "output-added"},
    ),
    "a text that became a number": (
        schema({"key": "a"}),
        schema({"key": "a", "format": "number"}),
        {"output-type-changed"},
    ),
    "a text that is said to be a time": (
        schema({"key": "a"}),
        schema({"key": "a", "format": "datetime"}),
        {"output-format-changed"},
    ),
    "a time that is not said to be one any more": (
        schema({"key": "a", "format": "datetime"}),
        schema({"key": "a"}),
        {"output-type-changed"},
    ),
    "another kind in the sample of a field that says nothing": (
        {"sampleData": {"a": "t"}} | schema({"key": "a"}),
        {"sampleData": {"a": 1}} | schema({"key": "a"}),
        {"sample-changed"},
    ),
    "another kind in the sample of a field that says its own": (
        {"sampleData": {"a": "1"}} | schema({"key": "a", "format": "number"}),
        {"sampleData": {"a": 1}} | schema({"key": "a", "format": "number"}),
        {"sample-changed"},
    ),
    "lists among objects that went with what they held": (
        {"sampleData": [{}, [{"a": 1}]]},
        {"sampleData": [{}]},
        {"output-removed"},
    ),
    "a schema in place of a sample of which it lacks a key": (
        {"sampleData": {"a": 1, "b": {"c": "x"}}},
        schema({"key": "a", "format": "number"}, {"key": "b"}),
        {"output-schema-added", "output-removed", "sample-changed"},
    ),
    "a schema whose number is text in the sample": (
        {"sampleData": {"price": "1.50"}},
        {"outputSchema": {"fields": [{"key": "price", "format": "number"}]}},
        {"output-schema-added", "sample-changed"},
    ),
    "a schema that contradicts the sample": (
        {"sampleData": [{"a": True}]},
        {"outputSchema": {"fields": [{"key": "a", "format": "number"}]}},
        {"output-schema-added", "output-type-changed", "sample-changed"},
    ),
    "a schema whose keys are data": (
        {"sampleData": {"a": {"x": 1}}},
        {"outputSchema": {"fields": [{"key": "a", "dynamicKey": True}]}},
        {"output-schema-added", "sample-changed"},
    ),
    "a sample in place of a schema": (
        {"outputSchema": {"fields": [{"key": "a"}]}},
        {"sampleData": {"a": 1}},
        {"output-schema-removed", "sample-changed"},
    ),
    "a mixed list that lost a kind": (
        {"sampleData": [1, "x", {"a": 1}]},
        {"sampleData": [1, {"a": 1}]},
        {"sample-changed"},
    ),
    "a mixed list that won a kind": (
        {"sampleData": [{"a": 1}]},
        {"sampleData": [1, {"a": 1}]},
        {"sample-type-changed"},
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_schema_and_sample_are_judged_together(name: str) -> None:
    old, new, rules = CASES[name]

    changes = compare({"triggers": {"t": old}}, {"triggers": {"t": new}}).changes

    assert {change.rule for change in changes} == rules
