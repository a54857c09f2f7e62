"""Instances that start in a moment: each is forked from a process that has imported the server.

Nearly all of a start goes into imports. What an instance does with its data folder and its database
begins after the fork, so to be killed and started again is to it what it always is.
"""

from __future__ import annotations

import json
import os
import pkgutil
import signal
import socket
import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

from tests.support.instance import instance_environment

_MESSAGE_BYTES = 64 * 1024
_KEY = "API key (shown once): "
_READY = "Piecekit instance listening on "


@dataclass(frozen=True, kw_only=True)
class ForkedInstance:
    """A running instance, the leader of a group of processes."""

    url: str
    key: str
    pid: int
    _parent: Preloaded

    def kill(self) -> None:
        """End it and all that it has started, as `kill -9` does."""
        os.killpg(self.pid, signal.SIGKILL)
        self._parent.wait(self.pid)


class Preloaded:
    """The process that the instances are forked from."""

    def __init__(self, channel: socket.socket, log: Path) -> None:
        self._channel = channel
        self._log = log

    def start(self, data_folder: Path, *, key: str = "", **env: str) -> ForkedInstance:
        """Start an instance and wait until it listens.

        Args:
            data_folder: its `AP_CONFIG_PATH`.
            key: an API key that is already known, for a data folder that was used before.
            env: settings.
        """
        read_end, write_end = os.pipe()
        environment = json.dumps(instance_environment(data_folder, **env)).encode()
        socket.send_fds(self._channel, [environment], [write_end])
        os.close(write_end)
        pid = int(self._channel.recv(_MESSAGE_BYTES))
        with os.fdopen(read_end) as said:
            for line in said:
                key = line.removeprefix(_KEY).strip() if line.startswith(_KEY) else key
                if line.startswith(_READY):
                    url = line.removeprefix(_READY).strip()
                    return ForkedInstance(url=url, key=key, pid=pid, _parent=self)
        raise RuntimeError(f"the instance did not start: {self._log.read_text()}")

    def wait(self, pid: int) -> None:
        """Wait for the end of an instance, which is no child of ours."""
        self._channel.send(str(pid).encode())
        self._channel.recv(_MESSAGE_BYTES)


@contextmanager
def preloaded(folder: Path) -> Generator[Preloaded]:
    """Start the process that instances are forked from; at the end it is stopped, they are not.

    Args:
        folder: where the log of all of them is written.
    """
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    log = folder / "log"
    with ours, log.open("w") as file:
        with theirs:
            process = subprocess.Popen(
                [sys.executable, "-m", "tests.support.preloaded", str(theirs.fileno())],
                pass_fds=[theirs.fileno()],
                stderr=file,
            )
        try:
            yield Preloaded(ours, log)
        finally:
            process.kill()
            process.wait()


def _serve_forks(channel: socket.socket) -> None:
    """Start an instance for each environment that is sent, and wait for each id that is."""
    while True:
        message, descriptors, _, _ = socket.recv_fds(channel, _MESSAGE_BYTES, 1)
        if not message:
            return
        if descriptors:
            channel.send(str(_fork(message, descriptors[0], channel)).encode())
        else:
            os.waitpid(int(message), 0)
            channel.send(b"ended")


def _fork(environment: bytes, stdout: int, channel: socket.socket) -> int:
    pid = os.fork()
    if pid:
        os.close(stdout)
        return pid
    channel.close()
    os.setsid()
    os.dup2(stdout, sys.stdout.fileno())
    os.close(stdout)
    os.environ.clear()
    os.environ.update(json.loads(environment))
    status = 1
    try:
        status = import_module("pieces_server.__main__").main([])
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)


def _import_all() -> None:
    """Import every module of the server, and those of others that are imported only in use."""
    import pieces_server

    for module in pkgutil.walk_packages(pieces_server.__path__, "pieces_server."):
        if ".migrations" not in module.name:  # Alembic's own, which runs when it is imported
            import_module(module.name)
    for name in (
        "alembic.command",
        "psycopg",
        "sqlalchemy.dialects.postgresql.psycopg",
        "sqlalchemy.dialects.sqlite.pysqlite",
        "uvicorn.loops.asyncio",
        "uvicorn.protocols.http.h11_impl",
    ):
        import_module(name)


if __name__ == "__main__":
    _import_all()
    _serve_forks(socket.socket(fileno=int(sys.argv[1])))
