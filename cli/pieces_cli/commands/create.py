"""`pieces create`: a new piece."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final

import click

from pieces_cli.prompts import answer, choice
from pieces_cli.reporting import Outcome, ReportingCommand, say

if TYPE_CHECKING:
    from pieces_cli.scaffolding.new_piece import NewPiece

TYPES: Final = ("community", "custom")


@click.command(cls=ReportingCommand, schema="pieces.create/1")
@click.option("--name", help="The piece's name, such as google-drive.")
@click.option("--package", help="The package's name.  [default: piece-NAME]")
@click.option(
    "--type",
    "kind",
    type=click.Choice(TYPES),
    help="The folder it belongs in: community to share it, custom for your own."
    "  [default: community]",
)
@click.option(
    "--display-name", help="What users read.  [default: the words of the name, Google Drive]"
)
@click.option("--dry-run", is_flag=True, help="Print what would be written, and write nothing.")
def create(
    name: str | None,
    package: str | None,
    kind: str | None,
    display_name: str | None,
    *,
    dry_run: bool,
) -> Outcome:
    """Make a new piece, with a test, ready to be built.

    What no option says is asked for; without a terminal the defaults hold, and
    only --name must be given.
    """
    from pieces_cli.scaffolding.new_piece import planned_files, write_piece

    piece = _asked(name, package, kind, display_name)
    files = planned_files(piece) if dry_run else write_piece(piece)
    root = piece.workspace.root
    created = [path.relative_to(root).as_posix() for path in files]
    place = piece.folder.relative_to(root).as_posix()
    if dry_run:
        for path in created:
            say(f"would write {path}")
    else:
        _say_done(piece.name, place)
    return Outcome(
        data={
            "piece": piece.name,
            "package": piece.distribution,
            "displayName": piece.display_name,
            "type": piece.kind,
            "path": place,
            "created": [*created],
            "changed": [],
            "dryRun": dry_run,
        }
    )


def _say_done(name: str, place: str) -> None:
    say("✨  Done!")
    say(f"The piece has been generated at: {place}")
    say("Next:")
    say(f"  actions create --piece {name}")
    say(f"  triggers create --piece {name}")


def _asked(
    name: str | None, package: str | None, kind: str | None, display_name: str | None
) -> NewPiece:
    """Ask for what was not given."""
    from pieces_cli.scaffolding.naming import check_display_name, package_distribution, titled
    from pieces_cli.scaffolding.new_piece import (
        NewPiece,
        check_new_distribution,
        check_new_name,
        refuse_lone_piece,
    )
    from pieces_engine.workspace.folders import require_workspace

    workspace = require_workspace()
    refuse_lone_piece(workspace)

    def check_package(given: str) -> None:
        check_new_distribution(workspace, package_distribution(given))

    if display_name is not None:
        check_display_name(display_name)
    question = "Enter the piece name:"
    name = answer(name, question, flag="--name", check=partial(check_new_name, workspace))
    question, default = "Enter the package name:", f"piece-{name}"
    package = answer(package, question, flag="--package", default=default, check=check_package)
    kind = choice(kind, "Select the piece type:", flag="--type", choices=TYPES, default="community")
    return NewPiece(
        workspace=workspace,
        kind=kind,
        name=name,
        distribution=package_distribution(package),
        display_name=titled(name) if display_name is None else display_name,
    )
