"""`pieces version`: a piece's next version, in its `pyproject.toml` and its changelog."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from pieces_cli.piece_choice import chosen_piece
from pieces_cli.reporting import Outcome, ReportingCommand, say

if TYPE_CHECKING:
    from pieces_cli.releasing.next_version import Bump
    from pieces_cli.releasing.piece_diffs import PieceDiff
    from pieces_framework.versions import Version


@click.command("version", cls=ReportingCommand, schema="pieces.version/1")
@click.argument("name", metavar="[PIECE]", required=False)
@click.option(
    "--bump",
    type=click.Choice(["auto", "major", "minor", "patch"]),
    default="auto",
    show_default=True,
    help="By how much to raise the published version; auto: as little as is legal.",
)
@click.option(
    "--against",
    metavar="BASELINE",
    help="As for `pieces diff`: an instance's URL, a wheel or a git revision.",
)
@click.option("--dry-run", is_flag=True, help="Show what would be written, and write nothing.")
def version(name: str | None, bump: Bump, against: str | None, *, dry_run: bool) -> Outcome:
    """Raise the version of a piece as its changes ask.

    PIECE may be left out in the folder of a piece. Its version in pyproject.toml is raised to the
    lowest one that is legal after BASELINE, and CHANGELOG.md gets a section for it: what stands
    under "Unreleased", else what changed. Read it before you publish. A section of a version after
    BASELINE, which never came out, becomes the new version's.

    A piece whose version is late enough, or that is new, stays as it is. Below 1.0, a break asks
    for a minor version; --bump major is 1.0.0.
    """
    if against is not None and not against.strip():
        raise click.UsageError("--against is empty: give a URL, a wheel or a git revision.")

    from pieces_cli.interpreter import piece_interpreter
    from pieces_cli.releasing.baselines import open_baseline
    from pieces_cli.releasing.next_version import wanted_version
    from pieces_cli.releasing.piece_diffs import piece_diff
    from pieces_engine.workspace.folders import require_workspace

    workspace = require_workspace()
    piece = chosen_piece(workspace, name, flag="PIECE")
    python = piece_interpreter(workspace)
    with open_baseline(against, workspace, python) as baseline:
        diff = piece_diff(piece, baseline, python)
    if diff.earlier is None:
        say(f"{piece.name} {piece.version}: new, as {baseline.origin} has none; it stays as it is")
        return _outcome(diff, diff.lowest, dry_run=dry_run)
    wanted = wanted_version(diff, bump)
    if str(wanted) == piece.version:
        after = f"it may follow {diff.earlier.version}" if diff.step else "nothing changed"
        say(f"{piece.name} {piece.version}: {after} ({baseline.origin}); it stays as it is")
        return _outcome(diff, wanted, dry_run=dry_run)
    return _raise(diff, wanted, dry_run=dry_run)


def _raise(diff: PieceDiff, wanted: Version, *, dry_run: bool) -> Outcome:
    from pieces_cli.releasing.next_version import raise_version
    from pieces_cli.releasing.release_notes import without_escapes

    raised = raise_version(diff, wanted)
    if not dry_run:
        raised.write()
    would = " (not written)" if dry_run else ""
    say(f"{diff.piece.name} {diff.piece.version} -> {wanted}{would}")
    say(f"\n{without_escapes(raised.entry)}")
    return _outcome(diff, wanted, entry=raised.entry, dry_run=dry_run)


def _outcome(diff: PieceDiff, wanted: Version, *, dry_run: bool, entry: str = "") -> Outcome:
    return Outcome(
        data={
            "piece": diff.piece.name,
            "package": diff.piece.distribution,
            "published": str(diff.earlier.version) if diff.earlier else None,
            "old": diff.piece.version,
            "new": str(wanted),
            "entry": entry or None,
            "dryRun": dry_run,
        }
    )
