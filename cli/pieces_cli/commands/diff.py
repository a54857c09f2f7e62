"""`pieces diff`: what changed in each piece, and whether its version says so."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from pieces_cli.reporting import Outcome, ReportingCommand, is_for_program, say, show_error

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pieces_cli.releasing.piece_diffs import PieceDiff
    from pieces_cli.workspace import Workspace
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

    Without a name it is every piece of the workspace. Each is compared with the newest version that
    an instance has published, with a wheel, or with what a git revision holds.

    Exits with 65 if a version is too low for what changed; `pieces version` raises it.
    """
    if markdown and is_for_program():
        raise click.UsageError("--markdown and --json: give one of them.")
    if against is not None and not against.strip():
        raise click.UsageError("--against is empty: give a URL, a wheel or a git revision.")

    from pieces_cli.interpreter import piece_interpreter
    from pieces_cli.releasing.baselines import open_baseline
    from pieces_cli.releasing.piece_diffs import piece_diffs
    from pieces_cli.workspace import require_workspace

    workspace = require_workspace()
    python = piece_interpreter(workspace)
    with open_baseline(against, workspace, python) as baseline:
        pieces = workspace.select(names or baseline.piece_names)
        diffs = piece_diffs(pieces, baseline, python)
    if markdown:
        from pieces_cli.releasing.markdown_report import markdown_report

        say(markdown_report(diffs, baseline.origin), end="")
    else:
        _say_report(diffs, baseline.origin)
    for each in diffs:
        if each.error:
            show_error(each.error)
    data: JsonValue = {
        "against": baseline.origin,
        "pieces": [each.document() for each in diffs],
    }
    problems = [found for each in diffs for found in _problems(each, workspace)]
    return Outcome(data=data, problems=problems, exit_code=_exit_code(diffs))


def _say_report(diffs: Sequence[PieceDiff], origin: str) -> None:
    from collections import Counter

    say(f"Compared with {origin}.")
    undeclared = ""
    for each in diffs:
        say(f"{each.piece.name} {each.versions}: {_verdict(each)}")
        if each.step:
            comparison = each.step.comparison
            undeclared = str(comparison.document()["undeclared"])
            said = comparison.text().removesuffix(undeclared).strip("\n")
            for line in (
                ["the code changed: a patch"] if each.step.is_code_only else said.split("\n")
            ):
                say(f"  {line}")
    if undeclared:
        say(f"\n{undeclared}")
    counts = Counter(_verdict_name(each) for each in diffs)
    say(f"\n{', '.join(f'{count} {verdict}' for verdict, count in counts.items())}")


def _verdict(each: PieceDiff) -> str:
    if each.verdict == "too-low":
        return f"too low: name it {each.lowest}"
    return "new piece" if each.verdict == "new" else each.verdict


def _verdict_name(each: PieceDiff) -> str:
    return each.verdict.replace("-", " ")


def _problems(each: PieceDiff, workspace: Workspace) -> list[JsonValue]:
    from pieces_cli.documents import problem, problems_of

    if each.error:
        return problems_of(each.error)
    if each.verdict != "too-low" or each.earlier is None:
        return []
    path = workspace.place(each.piece) / "pyproject.toml"
    message = (
        f"`{each.piece.version}` cannot follow `{each.earlier.version}` of `{each.piece.name}`"
    )
    hint = f"name it {each.lowest} or later: `pieces version {each.piece.name}`"
    return [problem("version-too-low", message, path=path.as_posix(), hint=hint)]


def _exit_code(diffs: Sequence[PieceDiff]) -> int:
    from pieces_framework.versions import VersionError

    failed = [each.error.exit_code for each in diffs if each.error]
    too_low = any(each.verdict == "too-low" for each in diffs)
    return failed[0] if failed else VersionError.exit_code if too_low else 0
