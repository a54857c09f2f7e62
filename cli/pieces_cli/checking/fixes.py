"""Findings that have one certain correction, and what makes it: functions from files to files.

A correction counts only if its rule finds less afterwards and no rule finds an error more: else the
files stay as they were. What is around the corrected place keeps its form.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from pieces_framework.checks import Severity, check

from . import file_fixes, ignore_fixes, project_fixes

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

    from pieces_framework import JsonValue
    from pieces_framework.checks import Finding

    from .source_tree import Files

    Fix = Callable[[Files, Finding], Files]

FIXES: Final[Mapping[str, Fix]] = {
    "build-system": project_fixes.build_system,
    "requires-python": project_fixes.requires_python,
    "py-typed": file_fixes.py_typed,
    "changelog-missing": file_fixes.changelog_missing,
    "changelog-version": file_fixes.changelog_version,
    "translation-misplaced": file_fixes.translation_misplaced,
    "unused-ignore": ignore_fixes.unused_ignore,
}
"""By the id of a rule, what returns the files with one of its findings corrected.

Where the correction is not certain it returns them as they are.
"""


@dataclass(frozen=True, kw_only=True)
class Corrected:
    """Files after every correction."""

    files: Files
    fixed: Sequence[Finding]
    """What was found in the files as they were, and is not any more."""


def correct(
    files: Files,
    metadata: Mapping[str, JsonValue] | None,
    *,
    untouched: Collection[str] = (),
) -> Corrected:
    """Correct what can be; of the result nothing more can be.

    Args:
        files: as `pieces_framework.checks.check` takes them.
        metadata: as `check` takes it.
        untouched: paths of files that stay as they are.
    """
    findings = check(files, metadata)
    fixed: list[Finding] = []
    for rule, fix in FIXES.items():
        # From the last line up: a line that is dropped moves those below it.
        for finding in [each for each in reversed(findings) if each.rule == rule]:
            corrected = fix(files, finding)
            if corrected == files or _touches(files, corrected, untouched):
                continue
            left = check(corrected, metadata)
            is_better = _count(rule, left) < _count(rule, findings)
            if is_better and _errors(left) <= _errors(findings):
                files, findings = corrected, left
                fixed.append(finding)
    return Corrected(files=files, fixed=fixed)


def _touches(files: Files, corrected: Files, untouched: Collection[str]) -> bool:
    return any(files.get(path) != corrected.get(path) for path in untouched)


def _count(rule: str, findings: Iterable[Finding]) -> int:
    return sum(each.rule == rule for each in findings)


def _errors(findings: Iterable[Finding]) -> set[tuple[str, str, str]]:
    """What is surely wrong, on whatever line: lines move."""
    return {
        (each.rule, each.path, each.message) for each in findings if each.severity is Severity.ERROR
    }
