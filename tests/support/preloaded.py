"""Processes of `pieces_server` that start in a moment: forked from one that has imported it all.

Nearly all of a start goes into imports. What an instance does with its environment, its data folder
and its database begins after the fork, so to start is to it what it always is.
"""

from __future__ import annotations

import atexit
import functools
import json
import os
import pkgutil
import signal
import socket
import subprocess
import sys
from collections.abc import Mapping, Sequence
from importlib import import_module
from pathlib import Path
from select import select
from typing import Final, NoReturn

_MESSAGE_BYTES: Final = 64 * 1024


class ForkedProcess:
    """A process of the server, which is no child of ours. It has the methods of a `Popen`.

    Args:
        report: where its id and, at its end, its exit code are written, a line each.
    """

    def __init__(self, report: int) -> None:
        self._report: Final = os.fdopen(report)
        self.pid: Final = int(self._report.readline())
        self._exit_code: int | None = None

    def send_signal(self, number: int) -> None:
        """Send a signal, unless it has ended."""
        if self._poll(0) is None:
            os.kill(self.pid, number)

    def kill(self) -> None:
        """End it as `kill -9` does."""
        self.send_signal(signal.SIGKILL)

    def wait(self, timeout: float | None = None) -> int:
        """Wait for its end, and return its exit code: negative if a signal ended it.

        Raises:
            TimeoutError: if it has not ended within that many seconds.
        """
        exit_code = self._poll(timeout)
        if exit_code is None:
            raise TimeoutError(f"process {self.pid} has not ended within {timeout} s")
        return exit_code

    def _poll(self, timeout: float | None) -> int | None:
        if self._exit_code is None and select([self._report], [], [], timeout)[0]:
            self._exit_code = int(self._report.readline())
            self._report.close()
        return self._exit_code


def fork(
    arguments: Sequence[str],
    *,
    env: Mapping[str, str],
    cwd: Path | str | None,
    stdout: int,
    stderr: int,
) -> ForkedProcess:
    """Start `pieces_server` with these arguments, as `subprocess.Popen` would.

    Args:
        arguments: the command; none serves.
        env: the whole environment.
        cwd: the folder it is started in; ours if it is `None`.
        stdout: a descriptor, such as the writing end of a pipe.
        stderr: another.
    """
    report, theirs = os.pipe()
    message = json.dumps([list(arguments), dict(env), str(cwd or Path.cwd())]).encode()
    socket.send_fds(_channel(), [message], [stdout, stderr, theirs])
    os.close(theirs)
    return ForkedProcess(report)


@functools.cache
def _channel() -> socket.socket:
    """Start the process that the others are forked from; it ends with ours."""
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with theirs:
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.support.preloaded", str(theirs.fileno())],
            pass_fds=[theirs.fileno()],
            cwd=Path(__file__).parents[2],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
        )
    atexit.register(process.wait)
    atexit.register(ours.close)  # the later comes first
    return ours


def _forked(channel: socket.socket) -> list[str]:
    """Fork at each message. Returns, in the new process, the arguments of its command."""
    while True:
        message, descriptors, _, _ = socket.recv_fds(channel, _MESSAGE_BYTES, 3)
        if not message:
            os._exit(0)
        stdout, stderr, report = descriptors
        if os.fork() == 0:
            channel.close()
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            pid = os.fork()
            if pid == 0:
                os.close(report)
                return _become(message, stdout, stderr)
            os.close(stdout)
            os.close(stderr)
            _keep(pid, report)
        for each in descriptors:
            os.close(each)


def _keep(pid: int, report: int) -> NoReturn:
    """Tell the id of a child, and its exit code once it has ended."""
    os.write(report, f"{pid}\n".encode())
    _, status = os.waitpid(pid, 0)
    os.write(report, f"{os.waitstatus_to_exitcode(status)}\n".encode())
    os._exit(0)


def _become(message: bytes, stdout: int, stderr: int) -> list[str]:
    for number, target in ((stdout, sys.stdout), (stderr, sys.stderr)):
        os.dup2(number, target.fileno())
        os.close(number)
    arguments, environment, cwd = json.loads(message)
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(cwd)
    return list(arguments)


def _import_all() -> None:
    """Import every module of the server, and those of others that are imported only in use."""
    import pieces_server

    for module in pkgutil.walk_packages(pieces_server.__path__, "pieces_server."):
        if not module.name.endswith("__main__"):
            import_module(module.name)
    for name in (
        "alembic.command",
        "psycopg",
        "sqlalchemy.dialects.postgresql.psycopg",
        "sqlalchemy.dialects.sqlite.pysqlite",
        "uvicorn.lifespan.on",
        "uvicorn.loops.asyncio",
        "uvicorn.protocols.http.h11_impl",
    ):
        import_module(name)


if __name__ == "__main__":
    _import_all()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # keepers leave nothing behind
    given = _forked(socket.socket(fileno=int(sys.argv[1])))
    sys.exit(import_module("pieces_server.__main__").main(given))
