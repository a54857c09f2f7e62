"""Runs the cases of `props_processor_vectors.json` and `property_processor_vectors.json`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from tests.conformance import props_case
from tests.conformance.ecmascript import UNDEFINED, Value
from tests.conformance.outcome import CaseOutcome, FileOutcome
from tests.conformance.props_case import NAME, Case, Generation, Outcome, tidied
from tests.conformance.props_judge import judge
from tests.conformance.props_rules import RULES
from tests.conformance.recorded import fields, is_list, is_object

WAITS_FOR_ENGINE: Final = "files are fetched by the engine, which reads them before we see them"
_SPECIAL: Final = {"undefined": UNDEFINED, "NaN": float("nan")}
REASONS: Final = {rule.name: rule.reason for rule in RULES}


@dataclass(frozen=True, kw_only=True)
class Named:
    """A recorded case of one property."""

    id: str
    case: Case
    recorded: Outcome


def run_newest(name: str, document: Mapping[str, Any]) -> FileOutcome:
    """Run the cases of `props_processor_vectors.json`."""
    return _run(name, document.get("cases", []), _newest)


def run_old(name: str, document: Mapping[str, Any]) -> FileOutcome:
    """Run the cases of `property_processor_vectors.json`, the composite ones included."""
    from tests.conformance.composite_cases import run_case

    simple = _run(name, document.get("cases", []), _old)
    composite = [
        guarded(case, number, run_case)
        for number, case in enumerate(document.get("composite", []), 1)
    ]
    return FileOutcome(file=name, cases=[*simple.cases, *composite], reasons=REASONS)


def guarded(case: Any, number: int, run: Callable[[Any, int], CaseOutcome]) -> CaseOutcome:
    """Run a case; whatever goes wrong there is its failure, and the next is run."""
    named = fields(case)
    title = str(named.get("id") or named.get("name") or f"case {number}")
    try:
        return run(case, number)
    except Exception as error:  # noqa: BLE001 -- no case may end the run
        problem = f"cannot be run: {type(error).__name__}: {error}"
        return CaseOutcome(id=title, title="", problems=[problem])


def unmarked(value: Any) -> Any:
    """Return a recorded value with its markers replaced by what they stand for.

    Raises:
        ValueError: if it holds a marker that stands for nothing known.
    """
    if is_list(value):
        return [unmarked(item) for item in value]
    if not is_object(value):
        return value
    if value == {"$undefined": True}:
        return UNDEFINED
    for marker in ("$js", "$number"):
        if set(value) == {marker}:
            if value[marker] not in _SPECIAL:
                raise ValueError(f"nothing known is called {value[marker]!r}")
            return _SPECIAL[value[marker]]
    return {key: unmarked(each) for key, each in value.items()}


def verdict(named: Named) -> CaseOutcome:
    """Hold our property, and the record, against what is to come out."""
    judged = judge(named.case, named.recorded)
    seen = props_case.run(named.case)
    problems = list(judged.untrue)
    if not judged.expected.fits(seen):
        problems.append(f"expected {judged.expected.shown()}, got {seen.shown()}")
    return CaseOutcome(
        id=named.id, title=title_of(named.case), problems=problems, rules=judged.rules
    )


def title_of(case: Case) -> str:
    """What a case is about."""
    needed = "required" if case.required else "optional"
    return f"{needed} {case.kind} {'absent' if case.raw is UNDEFINED else repr(case.raw)}"


def recorded_outcome(case: Case, processed: Value, errors: Any) -> Outcome:
    """What a record says came out of one property."""
    return Outcome(errors=errors) if errors else Outcome(value=tidied(case, processed))


def _run(
    name: str, cases: list[Any], read: Callable[[Any, int], Named | CaseOutcome]
) -> FileOutcome:
    def run(case: Any, number: int) -> CaseOutcome:
        found = read(case, number)
        return found if isinstance(found, CaseOutcome) else verdict(found)

    return FileOutcome(
        file=name,
        cases=[guarded(case, number, run) for number, case in enumerate(cases, 1)],
        reasons=REASONS,
    )


def _newest(recorded: Any, _number: int) -> Named | CaseOutcome:
    document = recorded["property"]
    if document["type"] == "FILE":
        return CaseOutcome(id=recorded["id"], title="FILE", not_run=WAITS_FOR_ENGINE)
    settings = fields(recorded.get("property_settings"))
    given = unmarked(recorded["input"])
    case = Case(
        document=document,
        raw=given.get(NAME, UNDEFINED),
        absent=NAME not in given,
        schema=fields(settings.get(NAME)).get("schema"),
    )
    expect = recorded["expect"]
    processed = unmarked(expect["processed"]).get(NAME, UNDEFINED)
    outcome = recorded_outcome(case, processed, expect["errors"].get(NAME))
    return Named(id=recorded["id"], case=case, recorded=outcome)


def _old(recorded: Any, number: int) -> Named | CaseOutcome:
    kind, required = recorded["type"], recorded["required"]
    id_ = f"{kind}-{'req' if required else 'opt'}-{number}"
    if kind == "FILE":
        return CaseOutcome(id=id_, title="FILE", not_run=WAITS_FOR_ENGINE)
    case = Case(
        document={"type": kind, "required": required, "displayName": "X"},
        raw=unmarked(recorded["value"]),
        generation=Generation.OLD,
    )
    processed = unmarked(recorded["processed"])
    outcome = recorded_outcome(case, processed, recorded["errors"].get(NAME))
    return Named(id=id_, case=case, recorded=outcome)
