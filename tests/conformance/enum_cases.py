"""Runs `enums.json`: each enum of release 0.83 that we have too, member by member."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from enum import Enum
from importlib import import_module
from pkgutil import walk_packages
from types import ModuleType
from typing import Any, Final

import pieces_framework
from pieces_framework.auth import PieceAuth
from pieces_framework.property import Property
from tests.conformance.outcome import CaseOutcome, FileOutcome
from tests.conformance.recorded import fields

RELEASE: Final = "v083"
NOT_OURS: Final = "we have no enum of that name"
KINDS: Final = "PropertyType"
"""In place of this enum we have a class for each member."""
REASONS: Final = {
    "newer-members": "we have members that release 0.83 did not have yet, as the newest has them",
}


def run_file(name: str, document: Mapping[str, Any]) -> FileOutcome:
    """Compare every enum of `document`."""
    ours = {KINDS: _kinds(), **_enums()}
    recorded = document.get(RELEASE, {})
    cases = [
        _case(library, enum, recorded[library][enum], ours)
        for library in recorded
        for enum in recorded[library]
    ]
    return FileOutcome(file=name, cases=cases, reasons=REASONS)


def _case(
    library: str, name: str, recorded: Any, ours: Mapping[str, Mapping[str, Any]]
) -> CaseOutcome:
    id_ = f"{library}.{name}"
    if name not in ours:
        return CaseOutcome(id=id_, title="enum", not_run=NOT_OURS)
    members, theirs = ours[name], fields(recorded)
    if not theirs:
        return CaseOutcome(id=id_, title="enum", problems=["it has no members"])
    problems = [
        f"`{member}` is {members.get(member)!r}, not {value!r}"
        for member, value in theirs.items()
        if members.get(member) != value
    ]
    rules = {"newer-members"} if members.keys() - theirs.keys() else set[str]()
    return CaseOutcome(id=id_, title="enum", problems=problems, rules=frozenset(rules))


def _enums() -> dict[str, dict[str, Any]]:
    """Return the members of each enum that the framework defines."""
    return {
        each.__name__: {member.name: member.value for member in each}
        for module in _modules(pieces_framework)
        for each in vars(module).values()
        if isinstance(each, type) and issubclass(each, Enum) and each.__module__ == module.__name__
    }


def _modules(package: ModuleType) -> Iterator[ModuleType]:
    for found in walk_packages(package.__path__, f"{package.__name__}."):
        yield import_module(found.name)


def _kinds() -> dict[str, Any]:
    classes = [*vars(Property).values(), *vars(PieceAuth).values()]
    return {each.kind: each.kind for each in classes if hasattr(each, "kind")}
