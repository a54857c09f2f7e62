"""`python -m pieces_server` runs the instance; `... keys create` makes an API key.

Modules that take long to import are imported where they are used: making a key loads no server.
"""

from __future__ import annotations

import argparse
import fcntl
import os
import shlex
import signal
import socket
import sys
from collections.abc import Sequence
from typing import IO, TYPE_CHECKING

from pieces_framework.errors import PieceError

from .settings import Settings, SettingsError, read_settings, usable

if TYPE_CHECKING:
    from pathlib import Path

    from .instance import Instance


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command and return the process's exit code."""
    options = _parser().parse_args(arguments)
    # A shell that starts us in the background has Ctrl-C ignored; it shall end us all the same.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    os.umask(0o077)  # whatever the data folder is open to, the files in it are ours alone
    try:
        settings = read_settings()
        settings.create_data_folder()
        if settings.is_open_to_others():
            _warn_of_open_folder(settings)
        if options.command == "keys":
            return _create_key(settings, options.name)
        return _serve(settings)
    except KeyboardInterrupt:
        return 130
    except PieceError as error:
        print(f"error: {error.message}", file=sys.stderr)
        if error.hint:
            print(f"hint: {error.hint}", file=sys.stderr)
        return error.exit_code


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m pieces_server", description="Run a Piecekit instance."
    )
    commands = parser.add_subparsers(dest="command", metavar="COMMAND")
    keys = commands.add_parser("keys", help="manage API keys")
    create = keys.add_subparsers(required=True, metavar="COMMAND").add_parser(
        "create", help="make an API key and print it; it cannot be printed again"
    )
    create.add_argument("--name", default="key", help="what the key is for (default: %(default)s)")
    return parser


def _warn_of_open_folder(settings: Settings) -> None:
    """Warn only: closing a folder that we did not make could lock out those it is meant for."""
    folder = str(settings.data_folder)
    print(
        f"warning: `AP_CONFIG_PATH` {folder!r} is open to other users\n"
        f"hint: if they have no business there: chmod 700 {shlex.quote(folder)}",
        file=sys.stderr,
    )


def _create_key(settings: Settings, name: str) -> int:
    from .access.keys import ApiKeys, Scope
    from .audit import COMMAND_LINE
    from .database import open_database

    database = open_database(settings)
    print(f"a key for the data folder {str(settings.data_folder.resolve())!r}", file=sys.stderr)
    if not _lock_path(settings).exists():
        print("no instance has run there yet: is `AP_CONFIG_PATH` right?", file=sys.stderr)
    ApiKeys(database).create(
        name, lambda key: print(key, flush=True), scope=Scope.ADMIN, actor=COMMAND_LINE
    )
    database.close()
    return 0


def _serve(settings: Settings) -> int:
    with _lock(settings), _listen(settings) as listener:
        from .access.keys import Scope
        from .audit import INSTANCE
        from .instance import open_instance
        from .registry.collecting import collect_leftovers
        from .registry.sdk import publish_sdk

        with usable(settings.data_folder):
            instance = open_instance(settings)
            collect_leftovers(instance.database, instance.folder)
        publish_sdk(instance.publishing, instance.index)
        folder = str(settings.data_folder.resolve())
        print(f"data folder: {folder}", flush=True)
        if instance.keys.any_exist():
            command = f"AP_CONFIG_PATH={shlex.quote(folder)} python -m pieces_server keys create"
            print(f"for another API key: {command}", flush=True)
        else:
            # Never through the logger: a log is kept, and read by others.
            instance.keys.create(
                "admin",
                lambda key: print(f"API key (shown once): {key}", flush=True),
                scope=Scope.ADMIN,
                actor=INSTANCE,
            )
        return _run(instance, listener)


def _lock(settings: Settings) -> IO[bytes]:
    """Hold the data folder for this process: a start removes files that another may be writing."""
    path = _lock_path(settings)
    with usable(path):
        file = path.open("wb")
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            file.close()
            raise SettingsError(
                f"another instance runs on `AP_CONFIG_PATH` {str(settings.data_folder)!r}",
                hint="stop it, or give this one a folder of its own",
            ) from error
        return file


def _lock_path(settings: Settings) -> Path:
    return settings.data_folder / "instance.lock"


def _listen(settings: Settings) -> socket.socket:
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    try:
        listener = socket.create_server((settings.host, settings.port), family=family)
    except OSError as error:
        raise SettingsError(
            f"cannot listen on `AP_HOST` {settings.host!r}, `AP_PORT` {settings.port}: "
            f"{error.strerror}",
            hint="name an address of this machine and a free port; port 0 takes any",
        ) from error
    # asyncio sets this on the sockets it makes itself; without it each answer waits 40 ms.
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listener


def _run(instance: Instance, listener: socket.socket) -> int:
    import uvicorn

    from .app import create_app

    host, port = listener.getsockname()[:2]
    url = f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"

    class Server(uvicorn.Server):
        async def startup(self, sockets: list[socket.socket] | None = None) -> None:
            await super().startup(sockets)
            print(f"Piecekit instance listening on {url}", flush=True)

        async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
            await super().shutdown(sockets)
            # Here, since after it the signal is raised again and ends the process. Closing the
            # last connection moves what SQLite keeps in its log into `piecekit.db`.
            instance.database.close()

    config = uvicorn.Config(
        create_app(instance),
        access_log=False,
        lifespan="off",
        log_level="warning",
        server_header=False,
        timeout_graceful_shutdown=10,
        ws="none",
    )
    Server(config).run(sockets=[listener])
    return 0


if __name__ == "__main__":
    sys.exit(main())
