"""How the outcome of tests is shown: as lines for a reader, and in a document."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from pieces_cli.documents import problem
from pieces_cli.reporting import INTERRUPTED, say

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pieces_framework import JsonValue

    from .outcomes import PieceOutcome, RunOutcome

_USAGE: Final = 4
_NO_TESTS: Final = 5
_ELSEWHERE: Final = "elsewhere"
_EXIT_CODES: Final = {0: 0, _USAGE: 2, -2: INTERRUPTED}
"""Ours by those of pytest that are not simply a failure; -2 is SIGINT."""
_WHY: Final = {
    3: ("pytest-failed", "pytest itself failed", "what it printed says where"),
    _USAGE: ("usage", "pytest does not understand its arguments", "`-- --help` lists them"),
    _NO_TESTS: (
        "no-tests",
        "no test has run",
        "a piece has tests below `tests`; what follows `--` may have left all of them out",
    ),
}
"""By pytest's exit codes: a rule, a message and a hint for what no failed test tells."""


def show(outcomes: Sequence[PieceOutcome]) -> None:
    """Say how the tests of each piece ended, where there are several."""
    if len(outcomes) > 1:
        for each in outcomes:
            counted = ", ".join(
                f"{each.count(outcome)} {outcome}" for outcome in ("passed", "failed", "skipped")
            )
            say(f"{each.piece or _ELSEWHERE}: {counted} in {each.duration_s:.1f} s")


def explain(run: RunOutcome) -> None:
    """Say on standard error why a run failed, if no test says it."""
    if run.exit_code in _WHY:
        _, message, hint = _WHY[run.exit_code]
        click.echo(f"error: {message}\nhint: {hint}", err=True)


def exit_code(run: RunOutcome) -> int:
    """Return the command's exit code for pytest's."""
    return _EXIT_CODES.get(run.exit_code, 1)


def counts(outcome: PieceOutcome) -> JsonValue:
    """Return what a document says of a piece's tests."""
    return {
        "piece": outcome.piece or None,
        "passed": outcome.count("passed"),
        "failed": outcome.count("failed"),
        "skipped": outcome.count("skipped"),
        "durationSeconds": round(outcome.duration_s, 3),
    }


def problems(run: RunOutcome) -> list[JsonValue]:
    """Return a document's `problems`: each failed test, or why there is none."""
    failed = [
        problem(
            "test-failed",
            f"{each.name}: {each.message}",
            path=os.path.relpath(each.path, Path.cwd()),
            line=each.line,
        )
        for each in run.tests
        if each.outcome == "failed"
    ]
    if run.exit_code in _WHY:
        rule, message, hint = _WHY[run.exit_code]
        failed.append(problem(rule, message, hint=hint))
    elif run.exit_code and not failed:
        failed.append(problem("pytest-failed", f"pytest ended with exit code {run.exit_code}"))
    return failed
