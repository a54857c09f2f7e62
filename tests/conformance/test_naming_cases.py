"""Our own cases of names, and the program run on falsified ones."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.conformance.naming_cases import NOT_OURS, run_file
from tests.conformance.naming_rules import REASONS
from tests.conformance.outcome import FileOutcome

FILE = "cli_naming_vectors.json"
OWN = Path(__file__).parent / "cases" / FILE


def own() -> dict[str, Any]:
    document: dict[str, Any] = json.loads(OWN.read_text("utf-8"))
    return document


def run_falsified(section: str, falsify: Callable[[dict[str, Any]], object]) -> FileOutcome:
    """Run our cases up to the first of `section` with the second one changed."""
    cases = own()[section][:2]
    falsify(cases[1])
    return run_file(FILE, {section: cases})


def test_own_cases_pass_or_differ_by_every_rule() -> None:
    outcome = run_file(FILE, own())

    assert outcome.failed == []
    assert outcome.rule_counts.keys() == REASONS.keys()
    assert outcome.passed >= 2


@pytest.mark.parametrize(
    ("section", "key", "value"),
    [
        ("display_name", "kebab_file_name", "re-port"),
        ("display_name", "camel_identifier", "Report"),
        ("pieces", "exit_code", 1),
        ("pieces", "crash", "out of cream"),
        ("pieces", "messages", []),
        ("pieces", "identifier", "icecream"),
        ("pieces", "displayName", "Ice Cream"),
        ("pieces", "logoUrl", ""),
        ("pieces", "tree", ["src/"]),
    ],
)
def test_what_the_original_does_not_do_fails(section: str, key: str, value: object) -> None:
    outcome = run_falsified(section, lambda case: case.update({key: value}))

    [failed] = outcome.failed
    assert failed.id == f"{section} 2"
    assert [f"for `{key}`" in problem for problem in failed.problems] == [True]


@pytest.mark.parametrize("section", ["display_name", "pieces"])
def test_a_case_of_another_shape_fails_alone(section: str) -> None:
    outcome = run_falsified(section, lambda case: case.clear())

    [failed] = outcome.failed
    assert "cannot be run: KeyError" in failed.problems[0]


def test_names_of_tools_are_not_run_and_say_why() -> None:
    outcome = run_file(FILE, {"mcp": [{"input": "a", "createToolName": "b"}]})

    assert [case.not_run for case in outcome.cases] == [NOT_OURS["mcp"]]
    assert outcome.passed == 0
