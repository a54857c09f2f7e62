"""`serve`: runs the instance. It is what the program does without a command."""

from __future__ import annotations

import fcntl
import logging
import os
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

from pieces_server.settings import usable

if TYPE_CHECKING:
    import argparse
    from collections.abc import Generator

    from pieces_server.instance import Instance
    from pieces_server.settings import Settings

    from . import Commands

_logger = logging.getLogger(__name__)


def register(commands: Commands) -> None:
    """Add the command to the program's."""
    commands.add_parser("serve", help="run the instance (the default)").set_defaults(run=run)


def run(settings: Settings, _: argparse.Namespace) -> int:
    """Serve until a signal ends it, and the process with it."""
    from pieces_server.logs import configure_logs
    from pieces_server.serving.alone import serve_alone
    from pieces_server.serving.ending import leave
    from pieces_server.serving.listener import allow_many_files, listen, url_of
    from pieces_server.storage.data_folder_lock import held_data_folder

    _warn_of_idle_settings(settings)
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


def _warn_of_idle_settings(settings: Settings) -> None:
    from pieces_server.settings.remarks import contradictions, remarks

    for remark in (*remarks(os.environ), *contradictions(settings)):
        print(f"warning: {remark}", file=sys.stderr)
