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
    Nothing that is there already is overwritten.
    """
    from pieces_cli.changes import write_together
    from pieces_cli.scaffolding.rendering import render_files
    from pieces_cli.workspace import refuse_workspace

    root = folder.resolve()
    refuse_workspace(root)
    files = render_files("workspace", {})
    write_together({root / path: text for path, text in files.items()})
    say(f"✨  Made a workspace at: {root}")
    say("Next:")
    if root != Path.cwd():
        say(f"  cd {shlex.quote(str(folder))}")
    say("  pieces create")
    created = [path.as_posix() for path in files]
    return Outcome(data={"path": str(root), "created": [*created], "changed": []})
