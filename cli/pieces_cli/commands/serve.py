"""`pieces serve`: an instance on this machine."""

from __future__ import annotations

import os
import sys

import click

from pieces_cli.reporting import ReportingCommand


@click.command(cls=ReportingCommand)
@click.option("--host", help="The address to listen on; or AP_HOST.")
@click.option("--port", type=click.IntRange(0, 65535), help="0 takes a free one; or AP_PORT.")
@click.option("--data", type=click.Path(file_okay=False), help="Data folder; or AP_CONFIG_PATH.")
def serve(host: str | None, port: int | None, data: str | None) -> None:
    """Run an instance until Ctrl-C stops it."""
    from importlib.util import find_spec

    from pieces_cli.extras import MissingExtraError

    if find_spec("pieces_server") is None:
        raise MissingExtraError("the instance is not installed here", extra="serve")
    given = {"AP_HOST": host, "AP_PORT": port, "AP_CONFIG_PATH": data}
    settings = {name: str(value) for name, value in given.items() if value is not None}
    # In our place, not beside us: signals and the exit code are its own, and `kill -9` ends it.
    program = [sys.executable, "-m", "pieces_server"]
    os.execve(sys.executable, program, {**os.environ, **settings})  # noqa: S606 -- no shell
