"""The command line: what each console script runs."""

from __future__ import annotations

import click

from .commands.build import build_piece
from .commands.check import check
from .commands.create import create
from .commands.diff import diff
from .commands.doctor import doctor
from .commands.i18n import i18n
from .commands.init import init
from .commands.list import list_pieces
from .commands.parts import actions, triggers
from .commands.publish import publish_piece_to_api
from .commands.publish_piece import publish_piece
from .commands.run import run
from .commands.serve import serve
from .commands.sync import sync_pieces
from .commands.test import test
from .commands.version import version

__all__ = [
    "actions",
    "build_piece",
    "main",
    "publish_piece",
    "publish_piece_to_api",
    "sync_pieces",
    "triggers",
]


@click.group()
@click.version_option(package_name="piecekit", prog_name="pieces")
def main() -> None:
    """Scaffold, run, check, test, release and publish pieces."""


main.add_command(actions)
main.add_command(build_piece, "build")
main.add_command(check)
main.add_command(create)
main.add_command(diff)
main.add_command(doctor)
main.add_command(i18n)
main.add_command(init)
main.add_command(list_pieces)
main.add_command(publish_piece_to_api, "publish")
main.add_command(publish_piece)
main.add_command(run)
main.add_command(serve)
main.add_command(sync_pieces, "sync")
main.add_command(test)
main.add_command(triggers)
main.add_command(version)
