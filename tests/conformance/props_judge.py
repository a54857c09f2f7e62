"""Holds a record, and our property, against what is to come out of a case."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from tests.conformance.ecmascript import UNDEFINED, is_nil, parse_text
from tests.conformance.props_case import (
    Case,
    Documents,
    Generation,
    Outcome,
    is_nothing,
    refused,
)
from tests.conformance.props_original import (
    original,
    rows_together,
    together,
    unescaped,
    zipped,
)
from tests.conformance.props_rules import (
    DEFAULTS,
    NEWER,
    NO_CHARACTERS,
    REQUIRED,
    ROWS,
    RULES,
    TEXTS,
    UNKNOWN_KEYS,
    refusal,
)
from tests.conformance.recorded import is_list, is_object


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """What a record, and our property, are held against."""

    expected: Outcome
    rules: frozenset[str]
    """Names of the rules that hold."""
    untrue: tuple[str, ...]
    """What of the record the original would not do. Only told where a rule holds."""


def judge(case: Case, recorded: Outcome) -> Verdict:
    """Return what is to come out of `case`, where `recorded` was."""
    expected, rules = _ours(case)
    does = original(case)
    if not rules:
        return Verdict(expected=recorded, rules=rules, untrue=())
    true = does.fits(recorded)
    untrue = () if true else (f"recorded: the original gives {does.shown()}",)
    return Verdict(expected=expected, rules=rules, untrue=untrue)


def _ours(case: Case) -> tuple[Outcome, frozenset[str]]:
    """Return what comes out by the rules, and which hold."""
    if case.document.get("defaultValue") is not None and case.kind != "MARKDOWN":
        return _defaulted(case)
    if case.children is not None:
        return _array(case, case.children)
    if case.schema is not None and is_object(case.raw):
        return _object(case, unescaped(case.raw), unescaped(case.schema))
    newest = replace(case, generation=Generation.NEW)
    outcome, rules = original(newest), set[str]()
    if not outcome.fits(original(case)):
        rules.add(NEWER.name)
    for rule in RULES:
        if rule.applies(case):
            promised = rule.promise(case)
            if promised.shown() != outcome.shown():
                return promised, frozenset({*rules, rule.name})
    return outcome, frozenset(rules)


def _defaulted(case: Case) -> tuple[Outcome, frozenset[str]]:
    document = {name: each for name, each in case.document.items() if name != "defaultValue"}
    bare = replace(case, document=document, absent=False)
    if case.raw == "" and case.kind in TEXTS:
        kept = frozenset[str]() if case.required else frozenset({DEFAULTS.name})
        return Outcome(value=""), kept
    if not is_nil(case.raw):
        outcome, _ = _ours(replace(bare, document={**document, "required": False}))
        if outcome.errors or not is_nothing(outcome.value):
            return _ours(bare)
    schema = None if case.raw is UNDEFINED else case.schema
    filled, rules = _ours(replace(bare, raw=case.document["defaultValue"], schema=schema))
    return filled, rules | {DEFAULTS.name}


def _array(case: Case, children: Documents) -> tuple[Outcome, frozenset[str]]:
    if is_nil(case.raw):
        missing = case.raw is UNDEFINED and case.required
        return (
            (refused("is required"), frozenset({REQUIRED.name}))
            if missing
            else (Outcome(value=[]), frozenset[str]())
        )
    if isinstance(case.raw, str):
        parsed = parse_text(case.raw, exact=True)
        if not (is_object(parsed) or is_list(parsed)):
            shown = case if parsed is UNDEFINED else replace(case, raw=parsed)
            return refusal(shown), frozenset({NO_CHARACTERS.name})
        outcome, rules = _array(replace(case, raw=parsed), children)
        return outcome, rules | {NO_CHARACTERS.name}
    if not (is_object(case.raw) or is_list(case.raw)):
        return refusal(case), frozenset()
    given = zipped(case.raw)
    if not all(is_object(row) for row in given):
        return refused("Expected an object in every row"), frozenset({ROWS.name})
    judged = [_object(case, row, children) for row in given]
    rules = frozenset(name for _, held in judged for name in held)
    rows = rows_together([outcome for outcome, _ in judged])
    return rows, rules


def _object(
    case: Case, given: Mapping[str, Any], declared: Documents
) -> tuple[Outcome, frozenset[str]]:
    rules: set[str] = set()

    def each(child: Case) -> Outcome:
        outcome, held = _ours(child)
        rules.update(held)
        return outcome

    if case.children is not None and not given.keys() <= declared.keys():
        rules.add(UNKNOWN_KEYS.name)
        given = {name: value for name, value in given.items() if name in declared}
    outcome = together(case, given, declared, each, fills=True)
    return outcome, frozenset(rules)
