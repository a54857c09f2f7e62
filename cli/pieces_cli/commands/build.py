"""`pieces build`, also `build-piece`: a piece's wheel."""

from __future__ import annotations

from pathlib import Path

import click

from pieces_cli.piece_choice import chosen_piece
from pieces_cli.reporting import Outcome, ReportingCommand, say


@click.command("build-piece", cls=ReportingCommand, schema="pieces.build/1")
@click.argument("argument", metavar="[NAME]", required=False)
@click.option("--name", help="The same as NAME.")
@click.option(
    "--out", type=click.Path(file_okay=False, path_type=Path), help="[default: WORKSPACE/dist]"
)
@click.option("--sdist", is_flag=True, help="Write an archive of the sources too.")
def build_piece(
    argument: str | None, name: str | None, out: Path | None, *, sdist: bool
) -> Outcome:
    """Build the piece in folder NAME into a wheel.

    Without NAME it is the piece that the current folder lies in.

    The wheel holds the piece's code and its metadata; the same input gives the same bytes.

    The piece is imported with the workspace's .venv if Piecekit is installed in it, else with the
    Python of this command.
    """
    from pieces_engine.workspace.folders import require_workspace

    if argument is not None and name is not None and argument != name:
        raise click.UsageError(f"NAME is {argument!r} and --name is {name!r}: give one of them.")
    workspace = require_workspace()
    piece = chosen_piece(workspace, argument or name, flag="NAME (or --name)")

    from pieces_cli.building.sdist import build_sdist
    from pieces_cli.building.wheel import build_wheel
    from pieces_cli.interpreter import piece_interpreter

    folder = out or workspace.root / "dist"
    wheel = build_wheel(piece, python=piece_interpreter(workspace), out=folder)
    archive = build_sdist(piece, out=folder) if sdist else None
    say(f"Piece '{piece.name}' built and packed successfully at {wheel.path}")
    if archive:
        say(f"Its sources are packed at {archive}")
    click.echo(f"next: `pieces publish --name {piece.name}` brings it to an instance", err=True)
    return Outcome(
        data={
            "piece": piece.name,
            "package": piece.distribution,
            "version": piece.version,
            "wheel": str(wheel.path),
            "sdist": str(archive) if archive else None,
            "sha256": wheel.sha256,
            "sourceDigest": wheel.source_digest,
        }
    )
