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
from tests.conformance.polling_rules import RULES, judge
from tests.conformance.polling_step import Step, expected_of
from tests.conformance.recorded import fields, plain


def run_file(name: str, document: Mapping[str, Any]) -> FileOutcome:
    """Run every case of `document`, the republishing ones included."""
    cases = [*document.get("vectors", []), *document.get("republish_vectors", [])]
    return FileOutcome(
        file=name,
        cases=asyncio.run(_run_cases(cases)),
        reasons={rule.name: rule.reason for rule in RULES},
    )


async def _run_cases(cases: list[Any]) -> list[CaseOutcome]:
    return [await _run_case(case, number) for number, case in enumerate(cases, start=1)]


async def _run_case(case: Any, number: int) -> CaseOutcome:
    """Run a case; one that is not as the file's `format` says has failed, and the next is run."""
    named = fields(case)
    problems: list[str] = []
    rules: set[str] = set()
    try:
        await _run_steps(plain(case), problems, rules)
    except Exception as error:  # noqa: BLE001 -- no case may end the run
        problems.append(f"cannot be run: {type(error).__name__}: {error}")
    return CaseOutcome(
        id=str(named.get("id", f"case {number}")),
        title=str(named.get("title", "")),
        problems=problems,
        rules=frozenset(rules),
    )


async def _run_steps(case: Mapping[str, Any], problems: list[str], rules: set[str]) -> None:
    store = case["initial_store"]
    if not case["steps"]:
        raise ValueError("it has no step")
    for number, recorded in enumerate(case["steps"], start=1):
        step = Step(strategy=case["strategy"], store_before=store, recorded=recorded)
        step.check()
        verdict = judge(step, expected_of(step))
        seen = await polling_step.run(step)
        rules |= verdict.rules
        found = [*verdict.untrue, *verdict.expected.problems(seen)]
        problems += [f"step {number} ({step.op}): {each}" for each in found]
        store = recorded["expect"]["store_after"]
