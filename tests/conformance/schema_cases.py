"""Runs `wire_schemas.json`: what our pieces say of themselves must be valid in release 0.83.

Each part is validated by itself in a piece of nothing else, and then all parts that 0.83 knows in
one piece.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from jsonschema.validators import validator_for
from piece_gelato import gelato

from tests.conformance.everything import everything
from tests.conformance.outcome import CaseOutcome, FileOutcome

RELEASE: Final = "v083"
SCHEMA: Final = "PieceMetadata"
_HOST: Final = {"name": "@acme/piece", "version": "0.1.0"}
"""What a host adds to a piece's metadata, as its name and version are not the piece's to say."""
_NEWER: Final = frozenset({"RICH_TEXT", "DATE_RANGE", "OIDC"})
_IN_ROWS: Final = frozenset({"JSON", "COLOR"})
_IN_AUTH: Final = frozenset({"SECRET_TEXT", "MARKDOWN", "STATIC_MULTI_SELECT_DROPDOWN"})
REASONS: Final = {
    "newer-than-0.83": "rich text, date ranges and OIDC came after release 0.83; the newest has "
    "them",
    "schema-narrower-than-types": "release 0.83 itself accepted arrays of texts, custom "
    "properties, JSON and colours in rows, and secrets in custom auths, but its schema forgets "
    "them",
}


@dataclass(frozen=True, kw_only=True)
class Part:
    """A small piece of which one part is of interest."""

    id: str
    document: Mapping[str, Any]
    rules: frozenset[str] = frozenset()
    """Names of the rules by which 0.83 refuses it."""


def run_file(name: str, document: Mapping[str, Any]) -> FileOutcome:
    """Validate the metadata of our pieces."""
    schema = document[RELEASE][SCHEMA]
    validator: Any = validator_for(schema)(schema)
    cases = [_case(part, validator) for part in _parts()]
    return FileOutcome(file=name, cases=cases, reasons=REASONS)


def _case(part: Part, validator: Any) -> CaseOutcome:
    valid = validator.is_valid(part.document)
    problems: list[str] = []
    if part.rules and valid:
        problems.append("release 0.83 takes it, against the rule")
    elif not part.rules and not valid:
        problems += [str(error.message)[:200] for error in validator.iter_errors(part.document)]
    return CaseOutcome(id=part.id, title=SCHEMA, problems=problems, rules=part.rules)


def _parts() -> Iterator[Part]:
    yield Part(id="gelato", document=_complete(gelato.metadata()))
    whole = _complete(everything.metadata())
    action = whole["actions"]["do_it"]
    known = {name: each for name, each in action["props"].items() if not _property_rules(each)}
    auths = [each for each in whole["auth"] if not _auth_rules(each)]
    triggers = dict(whole["triggers"])
    for name, each in action["props"].items():
        document = _alone(actions={"do_it": {**action, "props": {name: each}}})
        yield Part(id=f"property {name}", document=document, rules=_property_rules(each))
    for each in whole["auth"]:
        yield Part(id=f"auth {each['type']}", document=_alone(auth=each), rules=_auth_rules(each))
    for name, each in whole["triggers"].items():
        rules = frozenset(rule for prop in each["props"].values() for rule in _property_rules(prop))
        yield Part(id=f"trigger {name}", document=_alone(triggers={name: each}), rules=rules)
        if rules:
            triggers[name] = {**each, "props": {}}
    yield Part(
        id="all that 0.83 knows",
        document={
            **whole,
            "auth": auths,
            "actions": {**whole["actions"], "do_it": {**action, "props": known}},
            "triggers": triggers,
        },
    )


def _complete(metadata: Mapping[str, Any]) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(json.dumps({**metadata, **_HOST}))
    return document


def _alone(**parts: Any) -> dict[str, Any]:
    return _complete(
        {
            "displayName": "Part",
            "logoUrl": "https://example.com/logo.png",
            "description": "",
            "authors": [],
            "actions": {},
            "triggers": {},
            **parts,
        }
    )


def _property_rules(document: Mapping[str, Any]) -> frozenset[str]:
    kind = document["type"]
    if kind in _NEWER:
        return frozenset({"newer-than-0.83"})
    rows = document.get("properties", {}).values()
    forgotten = kind == "CUSTOM" or (kind == "ARRAY" and "properties" not in document)
    if forgotten or any(row["type"] in _IN_ROWS for row in rows):
        return frozenset({"schema-narrower-than-types"})
    return frozenset()


def _auth_rules(document: Mapping[str, Any]) -> frozenset[str]:
    if document["type"] in _NEWER:
        return frozenset({"newer-than-0.83"})
    inputs = document.get("props", {}).values() if document["type"] == "CUSTOM_AUTH" else ()
    forgets = any(each["type"] in _IN_AUTH for each in inputs)
    return frozenset({"schema-narrower-than-types"}) if forgets else frozenset()
