"""`pieces init`: a workspace."""

from __future__ import annotations

import shlex
from pathlib import Path

import click

from pieces_cli.reporting import Outcome, ReportingCommand, say


@click.command(cls=ReportingCommand, schema="pieces.init/1")
@click.argument("folder", metavar="[DIR]", default=".", type=click.Path(path_type=Path))
def init(folder: Path) -> Outcome:
    """Make a private workspace of pieces in DIR, by default here.

    It holds your pieces, and the settings of the tools that check and test them.
    Your own README.md, .gitignore, .gitattributes and .editorconfig stay as they
    are; any other file in the way is an error, and nothing is written.
    """
    from pieces_cli.scaffolding.new_workspace import write_workspace

    root = folder.resolve()
    made = write_workspace(root)
    say(f"✨  Made a workspace at: {root}")
    if made.kept:
        say(f"Yours stay as they are: {', '.join(made.kept)}")
    if made.not_ignored:
        say(f"Add to your .gitignore: {' '.join(made.not_ignored)}")
    say("Next:")
    if root != Path.cwd():
        say(f"  cd {shlex.quote(str(folder))}")
    say("  pieces create --type custom")
    return Outcome(
        data={
            "path": str(root),
            "created": [*made.created],
            "changed": [],
            "kept": [*made.kept],
            "notIgnored": [*made.not_ignored],
        }
    )
