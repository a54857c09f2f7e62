"""`pieces diff`: what changed in each piece, and whether its version says so."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from pieces_cli.reporting import Outcome, ReportingCommand, is_for_program, say, show_error

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from pieces_cli.releasing.earlier_version import Baseline
    from pieces_cli.releasing.piece_diffs import PieceDiff
    from pieces_engine.workspace.folders import Workspace
    from pieces_framework import JsonValue


@click.command("diff", cls=ReportingCommand, schema="pieces.diff/1")
@click.argument("names", metavar="[PIECE]...", nargs=-1)
@click.option(
    "--against",
    metavar="BASELINE",
    help="An instance's URL, a path that ends in .whl, or else a git revision.  [default: the"
    " instance of AP_API_URL; without one, HEAD]",
)
@click.option("--markdown", is_flag=True, help="Print a report for a pull request.")
def diff(names: tuple[str, ...], against: str | None, *, markdown: bool) -> Outcome:
    """Show what changed, and whether the versions say so.

    Without a name it is every piece of the workspace, and those that are gone are named. Each is
    compared with the newest version that an instance has published, with a wheel, or with what a
    git revision holds. Of a branch that is the commit where HEAD left it, so that what others have
    done there since is not taken for yours.

    Exits with 65 if a version is too low for what changed; `pieces version` raises it. A piece that
    is gone, or that could not be read at that time, is only a warning.
    """
    if markdown and is_for_program():
        raise click.UsageError("--markdown and --json: give one of them.")
    if against is not None and not against.strip():
        raise click.UsageError("--against is empty: give a URL, a wheel or a git revision.")

    from pieces_cli.interpreter import piece_interpreter
    from pieces_cli.releasing.baselines import open_baseline
    from pieces_engine.workspace.folders import require_workspace

    workspace = require_workspace()
    python = piece_interpreter(workspace)
    with open_baseline(against, workspace, python) as baseline:
        diffs = _diffs(names, workspace, baseline, python)
    if markdown:
        from pieces_cli.releasing.markdown_report import markdown_report

        say(markdown_report(diffs, baseline.origin), end="")
    elif diffs:
        from pieces_cli.releasing.text_report import text_report

        for line in text_report(diffs, baseline.origin):
            say(line)
    else:
        say(f"There is no piece in `{workspace.root}`, and {baseline.origin} has none either.")
    _say_errors(diffs)
    data: JsonValue = {
        "against": baseline.origin,
        "pieces": [each.document() for each in diffs],
    }
    problems = [found for each in diffs for found in _problems(each, baseline, workspace)]
    return Outcome(data=data, problems=problems, exit_code=_exit_code(diffs))


def _diffs(
    names: Sequence[str], workspace: Workspace, baseline: Baseline, python: Path
) -> list[PieceDiff]:
    from pieces_cli.releasing.piece_diffs import PieceDiff, piece_diffs

    if wanted := names or baseline.piece_names:
        return piece_diffs(workspace.select(wanted), baseline, python)
    pieces = workspace.pieces()
    gone = [PieceDiff(piece=piece, is_gone=True) for piece in baseline.gone(pieces)]
    return [*piece_diffs(pieces, baseline, python), *gone]


def _say_errors(diffs: Sequence[PieceDiff]) -> None:
    from pieces_framework.wire import printable

    for each in diffs:
        if each.error and each.verdict == "not-compared":
            click.echo(f"warning: {printable(each.error.message)}", err=True)
            click.echo(f"hint: {each.error.hint}", err=True)
        elif each.error:
            show_error(each.error)
        elif each.is_gone:
            click.echo(f"warning: `{each.piece.name}` is gone", err=True)


def _problems(each: PieceDiff, baseline: Baseline, workspace: Workspace) -> list[JsonValue]:
    from pieces_cli.documents import problem, problems_of
    from pieces_framework.project import PROJECT_FILE

    path = workspace.place(each.piece).as_posix()
    if each.error and each.verdict == "not-compared":
        error = each.error
        return [
            problem("not-compared", error.message, severity="warning", path=path, hint=error.hint)
        ]
    if each.error:
        return problems_of(each.error)
    if each.is_gone:
        message = f"`{each.piece.name}` {each.piece.version} of {baseline.origin} is gone"
        return [problem("piece-gone", message, severity="warning", path=path)]
    if each.verdict != "too-low":
        return []
    message = f"`{each.new}` cannot follow `{each.old}` of `{each.piece.name}`"
    project = (workspace.place(each.piece) / PROJECT_FILE).as_posix()
    hint = f"name it {each.lowest} or later: `pieces version {each.piece.name}`"
    return [problem("version-too-low", message, path=project, hint=hint)]


def _exit_code(diffs: Sequence[PieceDiff]) -> int:
    from pieces_framework.versions import VersionError

    failed = [each.error.exit_code for each in diffs if each.error and each.verdict == "failed"]
    too_low = any(each.verdict == "too-low" for each in diffs)
    return failed[0] if failed else VersionError.exit_code if too_low else 0
