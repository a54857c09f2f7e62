"""`pieces create`: a new piece."""

from __future__ import annotations

from typing import Final

import click

from pieces_cli.prompts import answer, choice
from pieces_cli.reporting import ReportingCommand

TYPES: Final = ("community", "custom")


@click.command(cls=ReportingCommand)
@click.option("--name", help="The piece's name, such as google-drive.")
@click.option("--package", help="The package's name.  [default: piece-NAME]")
@click.option("--type", "kind", type=click.Choice(TYPES), help="Which folder it belongs in.")
def create(name: str | None, package: str | None, kind: str | None) -> None:
    """Make a new piece, with a test, ready to be built."""
    from pieces_cli.scaffolding.naming import package_distribution
    from pieces_cli.scaffolding.new_piece import check_new_name, create_piece_folder
    from pieces_cli.workspace import require_workspace

    workspace = require_workspace()
    name = answer(name, "Enter the piece name:", flag="--name")
    check_new_name(workspace, name)
    package = answer(package, "Enter the package name:", flag="--package", default=f"piece-{name}")
    distribution = package_distribution(package)
    kind = choice(kind, "Select the piece type:", flag="--type", choices=TYPES, default="community")
    path = create_piece_folder(workspace, kind, name, distribution)
    click.echo("✨  Done!")
    click.echo(f"The piece has been generated at: {path.relative_to(workspace.root)}")
