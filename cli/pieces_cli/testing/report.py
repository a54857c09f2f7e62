"""How the outcome of tests is shown: as lines for a reader, and in a document."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, get_args

from pieces_cli.documents import problem, problems_of
from pieces_cli.reporting import INTERRUPTED, say
from pieces_framework.errors import PieceError

from .outcomes import HowEnded

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from pieces_engine.workspace.folders import Workspace
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


class PytestError(PieceError):
    """pytest did not run the tests.

    Args:
        message: see `PieceError`.
        rule: what a document's problem names.
        hint: see `PieceError`.
    """

    code = "PYTEST_FAILED"

    def __init__(self, message: str, *, rule: str, hint: str = "") -> None:
        super().__init__(message, hint=hint)
        self.rule: Final = rule


def show(outcomes: Sequence[PieceOutcome]) -> None:
    """Say how the tests of each piece ended, where there are several."""
    if len(outcomes) > 1:
        for each in outcomes:
            counted = ", ".join(
                f"{each.count(outcome)} {outcome}" for outcome in get_args(HowEnded)
            )
            name = each.piece.name if each.piece else _ELSEWHERE
            say(f"{name}: {counted} in {each.duration_s:.1f} s")


def failure(run: RunOutcome) -> PytestError | None:
    """Return why a run failed, if no test says it."""
    if run.exit_code in _WHY:
        rule, message, hint = _WHY[run.exit_code]
        return PytestError(message, rule=rule, hint=hint)
    if run.exit_code and all(each.outcome != "failed" for each in run.tests):
        return PytestError(f"pytest ended with exit code {run.exit_code}", rule="pytest-failed")
    return None


def exit_code(run: RunOutcome) -> int:
    """Return the command's exit code for pytest's."""
    return _EXIT_CODES.get(run.exit_code, 1)


def counts(outcome: PieceOutcome) -> JsonValue:
    """Return what a document says of a piece's tests."""
    return {
        "piece": outcome.piece.name if outcome.piece else None,
        "package": outcome.piece.distribution if outcome.piece else None,
        "passed": outcome.count("passed"),
        "failed": outcome.count("failed"),
        "skipped": outcome.count("skipped"),
        "durationSeconds": round(outcome.duration_s, 3),
    }


def problems(workspace: Workspace, run: RunOutcome) -> list[JsonValue]:
    """Return a document's `problems`: each failed test, or why there is none."""
    failed = [
        problem(
            "test-failed",
            f"{each.name}: {each.message}",
            path=_placed(workspace, each.path),
            line=each.line,
        )
        for each in run.tests
        if each.outcome == "failed"
    ]
    error = failure(run)
    return [*failed, *(problems_of(error) if error else ())]


def _placed(workspace: Workspace, path: Path) -> str:
    """Return a test's path as documents have it; whole if it is none of the workspace."""
    if path.is_relative_to(workspace.root):
        path = workspace.place(path)
    return path.as_posix()
