"""Runs `version_resolution_vectors.json`, by what release 0.83 does.

Each record is held against the original, worked out apart, and our own answer against the rule.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from pieces_framework.versions import (
    Version,
    VersionError,
    VersionRange,
    compatible_range,
    newest,
)
from tests.conformance import version_original
from tests.conformance.outcome import CaseOutcome, FileOutcome
from tests.conformance.recorded import fields, is_list

GENERATION: Final = "v083"
RELEASE: Final = "0.50.0"
"""The server's release in every case."""
THREE_NUMBERS: Final = "versions-are-three-numbers"
NO_VERSION: Final = "no-version-is-said"
ONE_SPELLING: Final = "one-spelling-per-version"
REASONS: Final = {
    THREE_NUMBERS: "no prerelease is ever published, so none is chosen, and asking for one fails",
    NO_VERSION: "what is no version is a `VersionError` that says so, not whatever fails first",
    ONE_SPELLING: "a version has one spelling: no `v`, build, leading zero or tenth digit",
}
_THREE_NUMBERS: Final = re.compile(r"(?:0|[1-9][0-9]{0,8})(?:\.(?:0|[1-9][0-9]{0,8})){2}")
"""What we take as a version, worked out apart from how we do."""
NOT_OURS: Final = {
    "alias": "we have no package aliases: an environment holds one version of a piece",
    "page": "no list of ours is paged by these cursors yet",
}


@dataclass(frozen=True, kw_only=True)
class Entry:
    """A version of a registry that we can hold."""

    version: Version
    minimum_supported_release: Version | None
    maximum_supported_release: Version | None
    recorded: Mapping[str, Any]


def run_file(name: str, document: Mapping[str, Any]) -> FileOutcome:
    """Run every section of `document`."""
    runners: Mapping[str, Callable[[Any], CaseOutcome]] = {
        "cases": lambda case: _resolution(case, document["registries"][case["registry"]]),
        "nextVersion": _next_version,
        "patterns": _pattern,
        **{section: _not_run(section) for section in NOT_OURS},
    }
    outcomes = [
        _run(f"{section} {number}", runner, case)
        for section, runner in runners.items()
        for number, case in enumerate(document.get(section, []), start=1)
    ]
    return FileOutcome(file=name, cases=outcomes, reasons=REASONS)


def _not_run(section: str) -> Callable[[Any], CaseOutcome]:
    return lambda _case: CaseOutcome(id="", title=section, not_run=NOT_OURS[section])


def _run(id_: str, runner: Callable[[Any], CaseOutcome], case: Any) -> CaseOutcome:
    """Run a case; one that is not as the file's `format` says has failed, and the next is run."""
    try:
        done = runner(case)
    except Exception as error:  # noqa: BLE001 -- no case may end the run
        problem = f"cannot be run: {type(error).__name__}: {error}"
        return CaseOutcome(id=id_, title="", problems=[problem])
    return replace(done, id=id_)


def _resolution(case: Any, registry: Any) -> CaseOutcome:
    requested, platform, recorded = case["request"], case["platformId"], fields(case[GENERATION])
    visible = [each for each in _entries(registry) if each["platformId"] in {None, platform}]
    true = version_original.resolve(visible, requested, RELEASE)
    problems: list[str] = []
    if not _fits(true, recorded, requested):
        problems.append(f"recorded: the original gives {_answer(true)}")
    title = f"request {requested!r}"
    ours = _resolved(visible, requested)
    if requested is not None and not _is_taken(requested):
        if not isinstance(ours, VersionError):
            problems.append(f"expected a `VersionError`, got {_named(ours)}")
        return _outcome(title, problems, {_why_refused(requested)})
    held = [each for each in visible if _is_held(each)]
    expected = version_original.resolve(held, requested, RELEASE)
    if ours is not expected:
        problems.append(f"expected {_named(expected)}, got {_named(ours)}")
    return _outcome(title, problems, {THREE_NUMBERS} if expected is not true else set())


def _fits(true: Any, recorded: Mapping[str, Any], requested: str | None) -> bool:
    """Whether a record is what the original gives; of some failures only the end is known."""
    prefix, base = version_original.split(requested or "")
    if isinstance(true, str) and prefix:
        thrown = str(recorded.get("throws", ""))
        return thrown.startswith("Failed to increase") and thrown.endswith(base)
    return _answer(true) == recorded


def _is_held(entry: Mapping[str, Any]) -> bool:
    """Whether we could hold a version: it and its bounds are three numbers."""
    return all(
        entry[key] is None or _THREE_NUMBERS.fullmatch(entry[key])
        for key in ("version", "min", "max")
    )


def _is_taken(requested: str) -> bool:
    return _THREE_NUMBERS.fullmatch(version_original.split(requested)[1]) is not None


def _why_refused(text: str) -> str:
    read = version_original.semver(version_original.split(text)[1])
    if read is None:
        return NO_VERSION
    return THREE_NUMBERS if read.prerelease else ONE_SPELLING


def _entries(registry: Any) -> Sequence[Mapping[str, Any]]:
    if not is_list(registry):
        raise ValueError("the registry is no list")
    return registry


def _resolved(visible: Sequence[Mapping[str, Any]], requested: str | None) -> Any:
    """Our choice, as the entry recorded, or the error that was raised."""
    entries = [
        Entry(
            version=Version.parse(each["version"]),
            minimum_supported_release=_release(each["min"]),
            maximum_supported_release=_release(each["max"]),
            recorded=each,
        )
        for each in visible
        if _is_held(each)
    ]
    try:
        requirement = None if requested is None else VersionRange.parse(requested)
    except VersionError as error:
        return error
    chosen = newest(entries, requirement, release=Version.parse(RELEASE))
    return None if chosen is None else chosen.recorded


def _release(text: str | None) -> Version | None:
    return None if text is None else Version.parse(text)


def _range(text: str) -> VersionRange | None:
    try:
        return VersionRange.parse(text)
    except VersionError:
        return None


def _answer(chosen: Any) -> Mapping[str, Any]:
    """A choice as it is recorded."""
    if chosen is None:
        return {"notFound": True}
    if isinstance(chosen, str):
        return {"throws": chosen}
    return {key: chosen[key] for key in ("version", "pieceType", "platformId")}


def _named(chosen: Any) -> str:
    return repr(chosen) if isinstance(chosen, Exception) else str(_answer(chosen))


def _next_version(case: Any) -> CaseOutcome:
    given = case["input"]
    original = {
        "autoUpgradable_v050": version_original.upgradable(given),
        "exact": version_original.split(given)[1],
        "majorMinor": version_original.major_minor(given),
    }
    problems = [
        f"recorded: the original gives {value!r} for `{key}`"
        for key, value in original.items()
        if case[key] != value
    ]
    read = _range(given)
    if not _is_taken(given):
        if read is not None:
            problems.append(f"expected a `VersionError`, got {read}")
        return _outcome(f"input {given!r}", problems, {_why_refused(given)})
    if read is None:
        return _outcome(f"input {given!r}", [*problems, "it is refused"], set())
    upgraded = read if read.prefix else compatible_range(read.version)
    ours = {
        "autoUpgradable_v050": str(upgraded),
        "exact": str(read.version),
        "majorMinor": f"{read.version.major}.{read.version.minor}",
    }
    problems += [
        f"`{key}`: expected {case[key]!r}, got {value!r}"
        for key, value in ours.items()
        if case[key] != value
    ]
    return _outcome(f"input {given!r}", problems, set())


def _pattern(case: Any) -> CaseOutcome:
    text = case["v"]
    original = {
        "exact": bool(version_original.EXACT.fullmatch(text)),
        "version": bool(version_original.WILDCARD.fullmatch(text)),
    }
    problems = [
        f"recorded: the original says {value} for `{key}`"
        for key, value in original.items()
        if case[key] is not value
    ]
    read = _range(text)
    ours = {"exact": read is not None and not read.prefix, "version": read is not None}
    rules = {ONE_SPELLING} if original["version"] and not _is_taken(text) else set[str]()
    expected = {"exact": False, "version": False} if rules else original
    if ours != expected:
        problems.append(f"expected {expected}, got {ours}")
    return _outcome(f"text {text!r}", problems, rules)


def _outcome(title: str, problems: list[str], rules: set[str]) -> CaseOutcome:
    return CaseOutcome(id="", title=title, problems=problems, rules=frozenset(rules))
