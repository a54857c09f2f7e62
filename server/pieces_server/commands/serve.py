"""`serve`: runs the instance. It is what the program does without a command."""

from __future__ import annotations

import argparse
import fcntl
import logging
import os
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final, NoReturn

from pieces_server.settings import Settings, setting_name, usable

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable

    from pieces_server.instance import Instance

    from . import Commands

_ALSO_OPTIONS: Final = frozenset({"host", "port"})
"""The settings that the command `pieces serve` takes as options of the same name."""
_logger = logging.getLogger(__name__)


def register(commands: Commands) -> None:
    """Add the command to the program's."""
    parser = commands.add_parser(
        "serve",
        help="run the instance (the default)",
        epilog="Its settings are taken from the environment: `python -m pieces_server --help`.",
    )
    refuse_settings(parser)
    parser.set_defaults(run=run)


def refuse_settings(parser: argparse.ArgumentParser) -> None:
    """Have the parser say of each setting that is given as an option where it goes."""
    for field in Settings.model_fields:
        option = "--" + field.replace("_", "-")
        parser.add_argument(option, nargs="?", action=_NoOption, help=argparse.SUPPRESS)


class _NoOption(argparse.Action):
    def __call__(
        self, parser: argparse.ArgumentParser, _: object, values: object, option: str | None = None
    ) -> NoReturn:
        del values
        also = f", or run `pieces serve {option}`" if self.dest in _ALSO_OPTIONS else ""
        parser.error(f"`{option}` is no option: set `{setting_name(self.dest)}`{also}")


def run(settings: Settings, _: argparse.Namespace) -> int:
    """Serve until a signal ends it, and the process with it."""
    from pieces_server.logs import configure_logs
    from pieces_server.serving.ending import leave
    from pieces_server.serving.listener import allow_many_files, listen, url_of
    from pieces_server.serving.single_process import serve_alone
    from pieces_server.settings.remarks import contradictions
    from pieces_server.storage.data_folder_lock import held_data_folder

    warn_of_idle_settings()
    _warn(contradictions(settings))
    allow_many_files()
    with held_data_folder(settings, exclusive=False), listen(settings) as listener:
        configure_logs(settings.log_level)
        with _alone_at_the_start(settings):
            instance = _prepared(settings)

        def say_ready() -> None:
            print(f"Piecekit instance listening on {url_of(listener)}", flush=True)

        if settings.server_workers == 1:
            serve_alone(instance, listener, say_ready)
        else:
            from pieces_server.serving.workers import serve_with_workers

            instance.database.close()
            serve_with_workers(settings, listener, say_ready)
    leave()


def _prepared(settings: Settings) -> Instance:
    """Do what is done once, however many processes serve: tables, the SDK, the first key."""
    from pieces_server.audit import INSTANCE
    from pieces_server.instance import open_instance
    from pieces_server.registry.sdk import publish_sdk

    with usable(settings.data_folder):
        instance = open_instance(settings)
    publish_sdk(instance.publishing, instance.index)
    folder = str(settings.data_folder.resolve())
    print(f"data folder: {folder}", flush=True)
    # Never through the logger: a log is kept, and read by others.
    is_first = instance.keys.create_first(
        "admin", lambda key: print(f"API key (shown once): {key}", flush=True), actor=INSTANCE
    )
    if not is_first:
        command = "python -m pieces_server keys create"
        print(f"for another API key, with the same settings: {command}", flush=True)
    return instance


@contextmanager
def _alone_at_the_start(settings: Settings) -> Generator[None]:
    """Wait for others that start on the same folder: what is done once is done by one of them."""
    with usable(settings.data_folder), (settings.data_folder / "start.lock").open("ab") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            _logger.warning("waiting for another process that starts on the same data folder")
            fcntl.flock(file, fcntl.LOCK_EX)
        yield


def warn_of_idle_settings() -> None:
    """Tell on stderr which settings have no effect, and which names are none."""
    from pieces_server.settings.remarks import remarks

    _warn(remarks(os.environ))


def _warn(lines: Iterable[str]) -> None:
    for line in lines:
        print(f"warning: {line}", file=sys.stderr)
