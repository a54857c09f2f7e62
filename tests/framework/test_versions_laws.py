"""What holds of comparing any documents, whatever they hold."""

from __future__ import annotations

import json
from collections.abc import Mapping
from itertools import permutations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pieces_framework.versions import Version, compare
from pieces_framework.wire import same_json
from tests.conformance.recorded import is_list, is_object
from tests.framework.versions_documents import (
    any_json,
    auths,
    constraints,
    json_objects,
    objects,
    option,
    outputs,
    piece_documents,
    prop,
    releases,
    schema_samples,
)

Document = dict[str, Any]
pairs = st.tuples(piece_documents, piece_documents) | st.tuples(json_objects, json_objects)


def severity(old: Mapping[str, Any], new: Mapping[str, Any]) -> int:
    return compare(old, new).severity or 0


def shuffled(value: Any) -> Any:
    """The same JSON value, its keys in another order and its whole numbers as fractions."""
    if is_object(value):
        return {key: shuffled(value[key]) for key in reversed(list(value))}
    if is_list(value):
        return [shuffled(each) for each in value]
    return float(value) if isinstance(value, int) and not isinstance(value, bool) else value


@given(pairs)
def test_there_is_a_change_exactly_where_documents_are_not_one_json_value(
    pair: tuple[Document, Document],
) -> None:
    old, new = pair

    assert (compare(old, new).changes == ()) == same_json(old, new)


@given(piece_documents | json_objects)
def test_a_document_read_back_in_another_order_does_not_differ(document: Document) -> None:
    again = shuffled(json.loads(json.dumps(document)))

    assert compare(document, again).changes == ()


def one_prop(declared: Any) -> Document:
    return {"actions": {"a": {"props": {"p": declared}}}}


def one_action(action: Any) -> Document:
    return {"actions": {"a": action}}


FAMILIES: dict[str, st.SearchStrategy[Document]] = {
    "piece": piece_documents,
    "json": json_objects,
    "prop": prop.map(one_prop),
    "constraints": constraints.map(lambda each: one_prop({"type": "NUMBER", "constraints": each})),
    "options": st.lists(option, max_size=3).map(
        lambda each: one_prop({"type": "STATIC_DROPDOWN", "options": {"options": each}})
    ),
    "auth": objects(auth=auths),
    "output": objects(**outputs).map(one_action),
    "schema and sample": schema_samples.map(one_action),
    "releases": objects(minimumSupportedRelease=releases, maximumSupportedRelease=releases),
    "sample": any_json.map(lambda each: one_action({"sampleData": each})),
}


@pytest.mark.parametrize("family", FAMILIES)
@given(data=st.data())
def test_going_by_way_of_another_document_sneaks_nothing_past(
    family: str, data: st.DataObject
) -> None:
    documents = data.draw(st.lists(FAMILIES[family], min_size=3, max_size=7))

    verdicts = [[severity(old, new) for new in documents] for old in documents]

    for first, second, third in permutations(range(len(documents)), 3):
        by_the_way = max(verdicts[first][second], verdicts[second][third])
        assert verdicts[first][third] <= by_the_way, (first, second, third)


ASPECTS = [
    *([["auth"], ["minimumSupportedRelease"], ["maximumSupportedRelease"], ["deprecated"]]),
    *([["displayName"], ["odd"]]),
    *([kind, "a", key] for kind in ("actions", "triggers") for key in ("props", "requireAuth")),
    *([kind, "a", key] for kind in ("actions", "triggers") for key in ("type", "audience")),
    *([kind, "a", "handshakeConfiguration"] for kind in ("actions", "triggers")),
    *([kind, "b"] for kind in ("actions", "triggers")),
]
"""Places that say nothing of each other. Schema and sample of a part say one thing together."""


def moved(target: Document, source: Document, place: list[str]) -> Document:
    """`target`, but at one place what `source` has there."""
    key, *rest = place
    result = dict(target)
    if rest:
        inner, from_ = target.get(key), source.get(key)
        if is_object(inner) and is_object(from_):
            result[key] = moved(inner, from_, rest)
    elif key in source:
        result[key] = source[key]
    else:
        result.pop(key, None)
    return result


@given(st.tuples(piece_documents, piece_documents), st.lists(st.sampled_from(ASPECTS), min_size=2))
def test_changes_made_together_are_judged_no_milder_than_each_alone(
    pair: tuple[Document, Document], places: list[list[str]]
) -> None:
    old, other = pair
    together = old
    for place in places:
        together = moved(together, other, place)

    alone = [severity(old, moved(old, other, place)) for place in places]

    assert severity(old, together) >= max(alone)


@given(pairs)
def test_both_reports_can_be_written_and_hold_every_change(pair: tuple[Document, Document]) -> None:
    comparison = compare(*pair)

    document = json.loads(json.dumps(comparison.document()))
    lines = comparison.text().encode().decode().splitlines()

    assert len(document["changes"]) == len(comparison.changes)
    for change in comparison.changes:
        assert any(f"  {change.path}: " in line and change.rule in line for line in lines)


@given(pairs, st.builds(Version, *[st.integers(0, 3)] * 3))
def test_the_next_version_is_the_least_that_is_taken(
    pair: tuple[Document, Document], old: Version
) -> None:
    comparison = compare(*pair)
    lowest = comparison.next_version(old)

    comparison.require(old, lowest)

    assert lowest > old
