"""What a case's `store_ops` are held against: each put and delete, in their order."""

from __future__ import annotations

from typing import Any

import pytest

from tests.conformance.polling_cases import run_file

PUT: dict[str, Any] = {"op": "put", "key": "lastPoll", "value": 5}


def case(*calls: dict[str, Any]) -> dict[str, Any]:
    """A poll that finds nothing new, in a case with these `store_ops`."""
    expect = {
        "items_call": {"lastFetchEpochMS": 5},
        "result": [],
        "error": None,
        "store_after": {"lastPoll": 5},
        "store_ops": list(calls),
    }
    return {
        "id": "quiet",
        "strategy": "TIMEBASED",
        "initial_store": {"lastPoll": 5},
        "steps": [{"op": "poll", "items": [], "expect": expect}],
    }


def test_reads_do_not_count() -> None:
    (outcome,) = run_file("", {"vectors": [case({"op": "get", "key": "lastPoll"}, PUT)]}).cases

    assert outcome.problems == []


@pytest.mark.parametrize(
    "calls", [[], [PUT, PUT], [{**PUT, "value": 6}], [{"op": "delete", "key": "lastPoll"}]]
)
def test_other_writes_fail_the_case(calls: list[dict[str, Any]]) -> None:
    (outcome,) = run_file("", {"vectors": [case(*calls)]}).cases

    assert [each.split(":")[1] for each in outcome.problems] == [" writes"]
