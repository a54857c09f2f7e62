"""`pieces check`: what is wrong with pieces, by the rules of the framework and by an import."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from pieces_cli.reporting import Outcome, ReportingCommand, say

if TYPE_CHECKING:
    from pieces_cli.checking.piece_check import CheckedPiece


@click.command(cls=ReportingCommand, schema="pieces.check/1")
@click.argument("names", metavar="[PIECE]...", nargs=-1)
@click.option("--fix", is_flag=True, help="First correct on the disk what is certain.")
@click.option(
    "--timeout",
    type=click.FloatRange(min=0, min_open=True),
    default=60.0,
    show_default=True,
    metavar="SECONDS",
    help="How long importing a piece may take.",
)
def check(names: tuple[str, ...], fix: bool, timeout: float) -> Outcome:  # noqa: FBT001 -- click's
    """Report what is wrong with pieces.

    Without a name all pieces of the workspace are looked at.

    The files of a piece are read, and it is imported in a process of its own.
    Each finding is one line: place, severity, message and rule; below it is
    what to do. Every rule has a page in docs/reference/checks of Piecekit.

    --fix corrects what has one certain answer, such as a missing `py.typed`,
    and says what it corrected; then the rest is reported.

    The exit code is 65 if there is an error; warnings and notes do not fail.
    """
    from pieces_cli.checking.piece_check import check_pieces
    from pieces_cli.checking.report import counts, exit_code, problems, show, summary
    from pieces_cli.interpreter import piece_interpreter
    from pieces_cli.reporting import NO_PIECE
    from pieces_engine.workspace.folders import require_workspace

    workspace = require_workspace()
    pieces = workspace.select(names)
    if not pieces:
        say(NO_PIECE)
        return Outcome(data={"pieces": []})
    python = piece_interpreter(workspace)
    checked: list[CheckedPiece] = []
    for each in check_pieces(pieces, python=python, fix=fix, timeout_s=timeout):
        show(each)
        checked.append(each)
    say(summary(checked))
    return Outcome(
        data={"pieces": [counts(workspace, each) for each in checked]},
        problems=[problem for each in checked for problem in problems(workspace, each)],
        exit_code=exit_code(checked),
    )
