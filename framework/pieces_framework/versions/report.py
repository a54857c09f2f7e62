"""Showing a comparison to a reader and to a program."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from pieces_framework.wire import JsonValue

from .comparison import Comparison
from .rules import Change, Severity

_TITLES: Final = {
    Severity.BREAKING: ("Breaking", "a major version, below 1.0 a minor one"),
    Severity.FEATURE: ("Features", "a minor version"),
    Severity.FIX: ("Fixes", "a patch"),
}
BEHAVIOUR: Final = (
    "Metadata does not show what the code does. If an action or a trigger behaves otherwise than"
    " before, that breaks flows too, and is yours to declare."
)


def text_report(comparison: Comparison) -> str:
    """Return the changes in groups, a line each, and what they cannot say."""
    return "\n".join([*(change_lines(comparison) or ["Nothing differs: a patch."]), "", BEHAVIOUR])


def change_lines(comparison: Comparison) -> list[str]:
    """Return the changes in groups, a line each, the worst first; none where nothing differs."""
    return [line for severity in _TITLES for line in _group(comparison, severity)]


def _group(comparison: Comparison, severity: Severity) -> Iterator[str]:
    changes = [change for change in comparison.changes if change.severity is severity]
    if changes:
        title, asked = _TITLES[severity]
        yield f"{title} ({len(changes)}): {asked}"
        for change in changes:
            rule = f"{change.rule}, ours" if change.ours else change.rule
            hint = f"; {change.hint}" if change.hint else ""
            yield f"  {change.path}: {change.message} [{rule}: {change.source}]{hint}"


def document_report(comparison: Comparison) -> dict[str, JsonValue]:
    """Return the changes with the keys of every finding, and three of their own."""
    severity = comparison.severity
    return {
        "severity": None if severity is None else severity.name.lower(),
        "changes": [_change_document(change) for change in comparison.changes],
        "undeclared": BEHAVIOUR,
    }


def _change_document(change: Change) -> dict[str, JsonValue]:
    return {
        "rule": change.rule,
        "severity": change.severity.name.lower(),
        "path": change.path,
        "line": None,
        "message": change.message,
        "hint": change.hint,
        "ours": change.ours,
        "source": change.source,
    }
