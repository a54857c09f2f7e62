"""`pieces build`, also `build-piece`: a piece's wheel."""

from __future__ import annotations

from pathlib import Path

import click

from pieces_cli.prompts import answer
from pieces_cli.reporting import ReportingCommand


@click.command("build-piece", cls=ReportingCommand)
@click.argument("argument", metavar="[NAME]", required=False)
@click.option("--name", help="The same as NAME.")
@click.option(
    "--out", type=click.Path(file_okay=False, path_type=Path), help="[default: WORKSPACE/dist]"
)
def build_piece(argument: str | None, name: str | None, out: Path | None) -> None:
    """Build the piece in folder NAME into a wheel.

    The wheel holds the piece's code and its metadata; the same input gives the same bytes.

    The piece is imported with the workspace's .venv if Piecekit is installed in it, else with the
    Python of this command.
    """
    from pieces_cli.workspace import require_workspace

    if argument is not None and name is not None and argument != name:
        raise click.UsageError(f"NAME is {argument!r} and --name is {name!r}: give one of them.")
    workspace = require_workspace()
    piece = workspace.find(
        answer(argument or name, "Enter the piece folder name", flag="NAME (or --name)")
    )

    from pieces_cli.building.wheel import build_wheel
    from pieces_cli.interpreter import piece_interpreter

    python = piece_interpreter(workspace)
    wheel = build_wheel(piece, python=python, out=out or workspace.root / "dist")
    click.echo(f"Piece '{piece.name}' built and packed successfully at {wheel.path}")
