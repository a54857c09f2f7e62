"""Runs the cases of `polling_vectors.json`.

Each step begins with the store as it was recorded after the step before: where we differ on
purpose in one step, the next is still compared with what was recorded.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

from tests.conformance import polling_step
from tests.conformance.outcome import CaseOutcome, FileOutcome
from tests.conformance.polling_rules import RULES
from tests.conformance.polling_step import Step, expected_of


def run_file(name: str, document: Mapping[str, Any]) -> FileOutcome:
    """Run every case of `document`, the republishing ones included."""
    cases = [*document.get("vectors", []), *document.get("republish_vectors", [])]
    return FileOutcome(
        file=name,
        cases=asyncio.run(_run_cases(cases)),
        reasons={rule.name: rule.reason for rule in RULES},
    )


async def _run_cases(cases: list[Mapping[str, Any]]) -> list[CaseOutcome]:
    return [await _run_case(case) for case in cases]


async def _run_case(case: Mapping[str, Any]) -> CaseOutcome:
    problems: list[str] = []
    differences: set[str] = set()
    store = case["initial_store"]
    for number, recorded in enumerate(case["steps"], start=1):
        step = Step(strategy=case["strategy"], store_before=store, recorded=recorded)
        seen = await polling_step.run(step)
        expected = expected_of(step)
        for rule in RULES:
            if rule.applies(step):
                differences.add(rule.name)
                expected = rule.promise(step, expected)
        problems += [f"step {number} ({step.op}): {each}" for each in expected.problems(seen)]
        store = recorded["expect"]["store_after"]
    return CaseOutcome(
        id=case["id"], title=case["title"], problems=problems, rules=frozenset(differences)
    )
