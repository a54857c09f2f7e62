"""Our own cases of versions, and the same falsified."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest

from tests.conformance import version_cases
from tests.conformance.outcome import CaseOutcome

OWN = Path(__file__).parent / "cases" / "version_resolution_vectors.json"
DOCUMENT: dict[str, Any] = json.loads(OWN.read_text("utf-8"))
SECTIONS = ("cases", "nextVersion", "patterns")


def run(document: dict[str, Any]) -> list[CaseOutcome]:
    return list(version_cases.run_file(OWN.name, document).cases)


def only(section: str, case: Any) -> CaseOutcome:
    """The outcome of one case."""
    registries = DOCUMENT["registries"]
    (outcome,) = run({"registries": registries, section: [case]})
    return outcome


def test_own_cases_pass_or_differ_by_a_rule_and_every_rule_is_met() -> None:
    outcome = version_cases.run_file(OWN.name, DOCUMENT)

    assert [case.problems for case in outcome.failed] == []
    assert outcome.rule_counts.keys() == outcome.reasons.keys()
    assert {case.title for case in outcome.not_run} == {"alias", "page"}
    assert outcome.passed >= 50


@pytest.mark.parametrize("number", range(len(DOCUMENT["cases"])))
def test_falsified_choice_is_seen_also_where_a_rule_holds(number: int) -> None:
    case = DOCUMENT["cases"][number]
    false: list[Any] = [
        {"notFound": True},
        {"throws": "no"},
        {"version": "0.1.0", "pieceType": "CUSTOM", "platformId": "theirs"},
        None,
    ]

    seen = [
        only("cases", case | {"v083": answer}).problems
        for answer in false
        if answer != case["v083"]
    ]

    assert len(seen) >= 3
    assert all(seen)


@pytest.mark.parametrize("section", ["nextVersion", "patterns"])
def test_falsified_fields_are_seen_also_where_a_rule_holds(section: str) -> None:
    for case in DOCUMENT[section]:
        for key in case.keys() - {"input", "v"}:
            value = not case[key] if isinstance(case[key], bool) else "9.9"
            assert only(section, case | {key: value}).problems, (case, key)


def test_old_generation_that_chooses_otherwise_is_not_followed() -> None:
    document = copy.deepcopy(DOCUMENT)
    for case in document["cases"]:
        case["v050"] = {"throws": "never read"}

    assert [case.problems for case in run(document) if case.problems] == []


@pytest.mark.parametrize(
    ("section", "case"),
    [
        pytest.param("cases", None, id="no-object"),
        pytest.param("cases", {"registry": "nowhere"}, id="no-registry"),
        pytest.param("nextVersion", {"input": 1}, id="no-text"),
        pytest.param("patterns", {}, id="nothing"),
    ],
)
def test_case_that_cannot_be_run_fails_alone(section: str, case: Any) -> None:
    good = DOCUMENT["patterns"][0]
    document = {**DOCUMENT, "cases": [], "nextVersion": [], "patterns": [good]}
    document[section] = [case, *document[section]]

    outcomes = run(document)

    assert [bool(each.problems) for each in outcomes if not each.not_run].count(True) == 1
    assert "cannot be run" in next(each for each in outcomes if each.problems).problems[0]
