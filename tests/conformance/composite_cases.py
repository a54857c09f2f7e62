"""Runs the `composite` cases of `property_processor_vectors.json`: several properties at once.

The properties themselves are not recorded. They are told from the values: `items` is an array of
rows, `tags` one of texts, `price` a number, `d` has stored children, and `auth` is a connection.
"""

from __future__ import annotations

from typing import Any, Final

from pieces_framework import ConnectionRejectedError
from pieces_framework.loading import auth_from_metadata
from tests.conformance import props_case
from tests.conformance.ecmascript import UNDEFINED
from tests.conformance.outcome import CaseOutcome
from tests.conformance.props_case import Case, Documents, Generation, Outcome, plain_value
from tests.conformance.props_cases import recorded_outcome, unmarked
from tests.conformance.props_judge import judge
from tests.conformance.props_original import original, together
from tests.conformance.props_rules import AUTH_APART, UNKNOWN_KEYS


def _property(kind: str, **more: Any) -> dict[str, Any]:
    return {"type": kind, "displayName": kind, "required": False, **more}


_ROW: Final = {"id": _property("NUMBER"), "name": _property("SHORT_TEXT")}
_CHILDREN: Final = {"n": _property("NUMBER"), "t": _property("SHORT_TEXT")}
_AUTH: Final[Documents] = {"age": _property("NUMBER", required=True)}
_PROPERTIES: Final[Documents] = {
    "items": _property("ARRAY", properties=_ROW),
    "tags": _property("ARRAY"),
    "price": _property("NUMBER"),
    "d": _property("DYNAMIC", refreshers=[]),
}


def run_case(recorded: Any, _number: int) -> CaseOutcome:
    """Run one case, property by property."""
    given, processed = unmarked(recorded["input"]), unmarked(recorded["processed"])
    problems: list[str] = []
    rules: set[str] = set()
    for name in {**given, **processed}:
        raw, value = given.get(name, UNDEFINED), processed.get(name, UNDEFINED)
        errors = recorded["errors"].get(name)
        if name == "auth":
            found = _auth(raw, value, errors, untouched="false" in recorded["name"].split())
            rules.add(AUTH_APART.name)
        elif name in _PROPERTIES:
            schema = _CHILDREN if name == "d" else None
            case = Case(
                document=_PROPERTIES[name], raw=raw, generation=Generation.OLD, schema=schema
            )
            verdict = judge(case, recorded_outcome(case, value, errors))
            seen = props_case.run(case)
            found = list(verdict.untrue)
            if not verdict.expected.fits(seen):
                found.append(f"expected {verdict.expected.shown()}, got {seen.shown()}")
            rules |= verdict.rules
        else:
            found = [] if value == raw else ["an unknown key is not as it was given"]
            rules.add(UNKNOWN_KEYS.name)
        problems += [f"`{name}`: {each}" for each in found]
    return CaseOutcome(
        id=str(recorded["name"]), title="composite", problems=problems, rules=frozenset(rules)
    )


def _auth(raw: Any, value: Any, errors: Any, *, untouched: bool) -> list[str]:
    """Hold a connection against what its auth makes of it, and the record against the original."""
    case = Case(document=_property("CUSTOM_AUTH"), raw=raw, generation=Generation.OLD)
    true = Outcome(value=raw) if untouched else together(case, raw, _AUTH, original)
    recorded = Outcome(errors=errors) if errors else Outcome(value=value)
    problems = [] if true.fits(recorded) else [f"recorded: the original gives {true.shown()}"]
    auth = auth_from_metadata(
        {"type": "CUSTOM_AUTH", "displayName": "Account", "required": True, "props": _AUTH}
    )
    ours = together(case, raw, _AUTH, original)
    try:
        seen = Outcome(value=plain_value(auth.parse({"type": "CUSTOM_AUTH", "props": raw})))
    except ConnectionRejectedError as error:
        named = all(f"`{name}`" in error.message for name in _AUTH)
        return problems if ours.errors and named else [*problems, f"refused: {error.message}"]
    if ours.errors or not ours.fits(seen):
        problems.append(f"expected {ours.shown()}, got {seen.shown()}")
    return problems
