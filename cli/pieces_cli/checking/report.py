"""How findings are shown: as lines for a reader, and as the `problems` of a document."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

import click

from pieces_cli.documents import problem
from pieces_cli.reporting import is_for_program, reader_stream, say, shown_path
from pieces_cli.terminal import has_colours
from pieces_framework.checks import Finding, Severity

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pieces_engine.workspace.folders import Workspace
    from pieces_framework import JsonValue

    from .piece_check import CheckedPiece

_COLOURS: Final = {Severity.ERROR: "red", Severity.WARNING: "yellow", Severity.NOTE: "cyan"}
_PAGES: Final = "What a rule asks for, with examples: docs/reference/checks/RULE.md of Piecekit"


def show(checked: CheckedPiece) -> None:
    """Say a piece's findings below its name; for a program its document says them."""
    if is_for_program():
        return
    if not checked.findings and not checked.fixed:
        say(f"{checked.piece.name}: nothing found")
        return
    say(f"{checked.piece.name}:")
    for finding in checked.fixed:
        # Without the line: it was that of the file before.
        path = shown_path(checked.piece.path / finding.path)
        say(f"{path}: fixed: {finding.message} [{finding.rule}]")
    for finding in checked.findings:
        placed = replace(finding, path=shown_path(checked.piece.path / finding.path))
        say(placed.text(_label(finding.severity)))


def summary(checked: Sequence[CheckedPiece]) -> str:
    """Return the last line: how many findings of which severity there are."""
    counted = [
        _counted(sum(each.count(severity) for each in checked), severity.value)
        for severity in Severity
    ]
    fixed = sum(len(each.fixed) for each in checked)
    said = [*([f"{fixed} fixed"] if fixed else []), *counted]
    text = f"{_counted(len(checked), 'piece')} checked: {', '.join(said)}"
    return f"{text}\n{_PAGES}" if any(each.findings for each in checked) else text


def problems(workspace: Workspace, checked: CheckedPiece) -> list[JsonValue]:
    """Return a piece's findings as a document's `problems`."""
    return [
        problem(
            each.rule,
            each.message,
            severity=each.severity.value,
            path=each.path,
            line=each.line,
            hint=each.hint,
        )
        for each in _placed(workspace, checked, checked.findings)
    ]


def counts(workspace: Workspace, checked: CheckedPiece) -> JsonValue:
    """Return what a document says of a piece: how much was found, and what was fixed."""
    return {
        "piece": checked.piece.name,
        "package": checked.piece.distribution,
        "path": workspace.place(checked.piece).as_posix(),
        "errors": checked.count(Severity.ERROR),
        "warnings": checked.count(Severity.WARNING),
        "notes": checked.count(Severity.NOTE),
        "fixed": [
            {"rule": each.rule, "path": each.path, "line": each.line, "message": each.message}
            for each in _placed(workspace, checked, checked.fixed)
        ],
    }


def exit_code(checked: Sequence[CheckedPiece]) -> int:
    """Return 65 if there is an error, as `sysexits.h` has it for wrong data; else 0."""
    return 65 if any(each.count(Severity.ERROR) for each in checked) else 0


def _placed(
    workspace: Workspace, checked: CheckedPiece, findings: Sequence[Finding]
) -> list[Finding]:
    """Return findings with their paths as documents have them."""
    folder = checked.piece.path
    return [replace(each, path=workspace.place(folder / each.path).as_posix()) for each in findings]


def _label(severity: Severity) -> str:
    if not has_colours(reader_stream()):
        return severity.value
    return click.style(severity.value, fg=_COLOURS[severity])


def _counted(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"
