"""The command line: what each console script runs."""

from __future__ import annotations

import click

from .commands.build import build_piece
from .commands.create import create
from .commands.init import init
from .commands.parts import actions, triggers
from .commands.publish import publish_piece_to_api
from .commands.run import run
from .commands.serve import serve

__all__ = ["actions", "build_piece", "main", "publish_piece_to_api", "triggers"]


@click.group()
@click.version_option(package_name="piecekit", prog_name="pieces")
def main() -> None:
    """Scaffold, build, publish and run pieces."""


main.add_command(init)
main.add_command(create)
main.add_command(actions)
main.add_command(triggers)
main.add_command(build_piece, "build")
main.add_command(publish_piece_to_api, "publish")
main.add_command(run)
main.add_command(serve)
