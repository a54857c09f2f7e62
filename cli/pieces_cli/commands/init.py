"""`pieces init`: a workspace."""

from __future__ import annotations

import shlex
from pathlib import Path

import click

from pieces_cli.reporting import ReportingCommand


@click.command(cls=ReportingCommand)
@click.argument("folder", metavar="[DIR]", default=".", type=click.Path(path_type=Path))
def init(folder: Path) -> None:
    """Make a private workspace of pieces in DIR, by default here.

    It holds your pieces, and the settings of the tools that check and test them.
    """
    from pieces_cli.changes import write_together
    from pieces_cli.scaffolding.rendering import render_files
    from pieces_cli.workspace import refuse_workspace

    root = folder.resolve()
    refuse_workspace(root)
    files = render_files("workspace", {})
    write_together({root / path: text for path, text in files.items()})
    click.echo(f"✨  Made a workspace at: {root}")
    click.echo("Next:")
    if root != Path.cwd():
        click.echo(f"  cd {shlex.quote(str(folder))}")
    click.echo("  pieces create")
