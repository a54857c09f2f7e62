"""How findings are shown: as lines for a reader, and as the `problems` of a document."""

from __future__ import annotations

import os
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from pieces_cli.documents import problem
from pieces_cli.reporting import is_for_program, say
from pieces_cli.terminal import is_terminal
from pieces_framework.checks import Finding, Severity

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pieces_framework import JsonValue

    from .piece_check import CheckedPiece

_COLOURS: Final = {Severity.ERROR: "red", Severity.WARNING: "yellow", Severity.NOTE: "cyan"}


def show(checked: CheckedPiece) -> None:
    """Say a piece's findings below its name; a line for it if there are none."""
    if not checked.findings and not checked.fixed:
        say(f"{checked.piece.name}: nothing found")
        return
    say(f"{checked.piece.name}:")
    for finding in _placed(checked, checked.fixed):
        said = finding.text().partition("\n")[0]
        say(said.replace(f": {finding.severity.value}: ", ": fixed: ", 1))
    for finding in _placed(checked, checked.findings):
        say(_coloured(finding))


def summary(checked: Sequence[CheckedPiece]) -> str:
    """Return the last line: how many findings of which severity there are."""
    counted = [
        _counted(sum(each.count(severity) for each in checked), severity.value)
        for severity in Severity
    ]
    fixed = sum(len(each.fixed) for each in checked)
    said = [*([f"{fixed} fixed"] if fixed else []), *counted]
    return f"{_counted(len(checked), 'piece')} checked: {', '.join(said)}"


def problems(checked: CheckedPiece) -> list[JsonValue]:
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
        for each in _placed(checked, checked.findings)
    ]


def counts(checked: CheckedPiece) -> JsonValue:
    """Return what a document says of a piece: how much was found, and what was fixed."""
    return {
        "piece": checked.piece.name,
        "path": _shown(checked.piece.path),
        "errors": checked.count(Severity.ERROR),
        "warnings": checked.count(Severity.WARNING),
        "notes": checked.count(Severity.NOTE),
        "fixed": [
            {"rule": each.rule, "path": each.path, "line": each.line, "message": each.message}
            for each in _placed(checked, checked.fixed)
        ],
    }


def exit_code(checked: Sequence[CheckedPiece]) -> int:
    """Return 65 if there is an error, as `sysexits.h` has it for wrong data; else 0."""
    return 65 if any(each.count(Severity.ERROR) for each in checked) else 0


def _placed(checked: CheckedPiece, findings: Sequence[Finding]) -> list[Finding]:
    """Return findings with their paths as seen from the current folder."""
    return [replace(each, path=_shown(checked.piece.path / each.path)) for each in findings]


def _shown(path: Path) -> str:
    return os.path.relpath(path, Path.cwd())


def _coloured(finding: Finding) -> str:
    first, *rest = finding.message.splitlines() or [""]
    said, hint = replace(finding, message=first).text().split("\n", 1)
    stream = sys.stderr if is_for_program() else sys.stdout
    if is_terminal(stream) and not os.environ.get("NO_COLOR"):
        severity = finding.severity.value
        coloured = click.style(severity, fg=_COLOURS[finding.severity])
        said = said.replace(f": {severity}: ", f": {coloured}: ", 1)
    return "\n".join([said, *rest, hint])


def _counted(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"
