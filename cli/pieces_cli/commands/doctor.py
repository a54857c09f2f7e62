"""`pieces doctor`: what is missing, and the command that mends it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import click

from pieces_cli.reporting import Outcome, ReportingCommand, say

if TYPE_CHECKING:
    from pieces_cli.doctor.look import Look
    from pieces_framework import JsonValue

_CONFIGURATION: Final = 78  # EX_CONFIG


@click.command(cls=ReportingCommand, schema="pieces.doctor/1")
def doctor() -> Outcome:
    """Say what is missing here, and what mends it.

    Each look ends as ok, as missing, or as warning where one can do without. It looks at the
    workspace and its pieces, the Python they run with and what is installed there, git, the
    optional parts of Piecekit, and the instance of AP_API_URL and AP_API_KEY.

    Nothing is changed, and no piece is imported. The exit code is 78 if something is missing.
    """
    from pieces_cli.doctor.examination import looks
    from pieces_cli.doctor.look import State

    documents: list[JsonValue] = []
    problems: list[JsonValue] = []
    exit_code = 0
    for look in looks():
        _show(look)
        documents.append(look.document())
        if look.state is not State.OK:
            problems.append(_problem(look))
        if look.state is State.MISSING:
            exit_code = _CONFIGURATION
    return Outcome(data={"looks": documents}, problems=problems, exit_code=exit_code)


def _show(look: Look) -> None:
    say(f"{look.state.value:<7}  {look.message}")
    if look.hint:
        say(f"{'':<7}  hint: {look.hint}")


def _problem(look: Look) -> JsonValue:
    from pieces_cli.doctor.look import State
    from pieces_cli.documents import problem

    severity = "error" if look.state is State.MISSING else "warning"
    return problem(look.name, look.message, severity=severity, hint=look.hint)
