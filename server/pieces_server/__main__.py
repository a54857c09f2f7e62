"""`python -m pieces_server [COMMAND]`: the instance and what an administrator does to it."""

from __future__ import annotations

import argparse
import os
import shlex
import signal
import sys
from collections.abc import Callable, Sequence

from pieces_framework.errors import PieceError

from .commands import backup, keys, migrate, restore, serve
from .settings import Settings, SettingsError, read_settings
from .settings.describing import settings_help


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command and return the process's exit code."""
    options = _parser().parse_args(arguments)
    run: Callable[[Settings, argparse.Namespace], int] = options.run
    # A shell that starts us in the background has Ctrl-C ignored; it shall end us all the same.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    os.umask(0o077)  # whatever the data folder is open to, the files in it are ours alone
    try:
        settings = _read_settings()
        if options.makes_folder:
            settings.create_data_folder()
        if settings.data_folder.exists() and settings.is_open_to_others():
            _warn_of_open_folder(settings)
        return run(settings, options)
    except KeyboardInterrupt:
        return 130
    except PieceError as error:
        print(f"error: {error.message}", file=sys.stderr)
        if error.hint:
            print(f"hint: {error.hint}", file=sys.stderr)
        return error.exit_code


def _read_settings() -> Settings:
    """Read the settings; where that fails, a misspelt name may be why, so it is told too."""
    try:
        return read_settings()
    except SettingsError:
        serve.warn_of_idle_settings()
        raise


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m pieces_server",
        description="Run a Piecekit instance, and look after it.",
        epilog=settings_help(),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    serve.refuse_settings(parser)
    parser.set_defaults(run=serve.run, makes_folder=True)
    commands = parser.add_subparsers(metavar="COMMAND")
    for command in (serve, keys, backup, restore, migrate):
        command.register(commands)
    return parser


def _warn_of_open_folder(settings: Settings) -> None:
    """Warn only: closing a folder that we did not make could lock out those it is meant for."""
    folder = str(settings.data_folder)
    print(
        f"warning: `AP_CONFIG_PATH` {folder!r} is open to other users\n"
        f"hint: if they have no business there: chmod 700 {shlex.quote(folder)}",
        file=sys.stderr,
    )


if __name__ == "__main__":
    sys.exit(main())
