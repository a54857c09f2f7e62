"""A real instance in a process of its own, on a free port of the loopback address."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final, Protocol
from urllib.parse import urlsplit

from tests.support.preloaded import ForkedProcess, fork

START_S: Final = 60
STOP_S: Final = 20
_KEY_LINE: Final = "API key (shown once): "
_READY_LINE: Final = "Piecekit instance listening on "


class Process(Protocol):
    """What tests do with a process: see `subprocess.Popen`."""

    @property
    def pid(self) -> int: ...
    def send_signal(self, number: int, /) -> None: ...
    def kill(self) -> None: ...
    def wait(self, timeout: float | None = None) -> int: ...


@dataclass(frozen=True, kw_only=True)
class Instance:
    """A running instance."""

    url: str
    """Such as `http://127.0.0.1:40123`."""
    key: str
    """Its first API key; empty on a data folder that had one, unless it was handed in."""
    data_folder: Path
    process: Process
    said: list[str]
    """The lines that it wrote to stdout until it listened."""
    log: IO[str]
    """What it writes to stderr; it lasts as long as `running_instance`."""

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.key}"}

    @property
    def index_url(self) -> str:
        """The package index, with the key in it, as installers take it."""
        return f"http://__token__:{self.key}@{urlsplit(self.url).netloc}/simple/"

    def logged(self) -> str:
        """What it has written to stderr so far; it may go on writing meanwhile."""
        number = self.log.fileno()
        # The place where it writes next is shared with us: reading must not move it.
        return os.pread(number, os.fstat(number).st_size, 0).decode()

    def stop(self, number: signal.Signals = signal.SIGTERM) -> tuple[int, str]:
        """End it by a signal, and return its exit code and all that it wrote to stderr."""
        self.process.send_signal(number)
        exit_code = self.process.wait(STOP_S)
        self.log.seek(0)
        return exit_code, self.log.read()

    def kill(self) -> None:
        """End it as `kill -9` does."""
        self.process.kill()
        self.process.wait(STOP_S)


@contextmanager
def running_instance(
    data_folder: Path, *, key: str = "", cwd: Path | str | None = None, **env: str
) -> Generator[Instance]:
    """Start an instance, wait until it listens, and stop it at the end if it still runs.

    It is forked from a process that has imported the server.

    Args:
        data_folder: its `AP_CONFIG_PATH`; a second start on it finds what the first has stored.
        key: an API key that is already known, for a data folder that was used before.
        cwd: the folder it is started in; ours if it is `None`.
        env: settings, such as `AP_PUBLIC_READ="true"`.
    """

    def start(stdout: int, stderr: int) -> ForkedProcess:
        environment = instance_environment(data_folder, **env)
        return fork([], env=environment, cwd=cwd, stdout=stdout, stderr=stderr)

    with _running(start, data_folder, key) as instance:
        yield instance


@contextmanager
def launched_instance(data_folder: Path, *, key: str = "", **env: str) -> Generator[Instance]:
    """As `running_instance`, by `python -m pieces_server` as an administrator starts it."""

    def start(stdout: int, stderr: int) -> subprocess.Popen[bytes]:
        environment = instance_environment(data_folder, **env)
        command = [sys.executable, "-m", "pieces_server"]
        return subprocess.Popen(command, env=environment, stdout=stdout, stderr=stderr)

    with _running(start, data_folder, key) as instance:
        yield instance


@contextmanager
def _running(
    start: Callable[[int, int], Process], data_folder: Path, key: str
) -> Generator[Instance]:
    read_end, write_end = os.pipe()
    with tempfile.TemporaryFile("w+") as log, os.fdopen(read_end) as stdout:
        process = start(write_end, log.fileno())
        os.close(write_end)
        try:
            said = _read_until_ready(stdout, process)
            if not said or not said[-1].startswith(_READY_LINE):
                log.seek(0)
                raise RuntimeError(f"the instance did not start: {log.read()}")
            keys = [line.removeprefix(_KEY_LINE) for line in said if line.startswith(_KEY_LINE)]
            yield Instance(
                url=said[-1].removeprefix(_READY_LINE),
                key=keys[0] if keys else key,
                data_folder=data_folder,
                process=process,
                said=said,
                log=log,
            )
        finally:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(STOP_S)
            finally:
                process.kill()
                process.wait()


def instance_environment(data_folder: Path, **env: str) -> dict[str, str]:
    """The environment of an instance: ours, without the settings of another one."""
    ours = {name: value for name, value in os.environ.items() if not name.startswith("AP_")}
    return {**ours, "AP_CONFIG_PATH": str(data_folder), "AP_PORT": "0", **env}


def _read_until_ready(stdout: IO[str], process: Process) -> list[str]:
    """Return the lines up to the one that says it listens, or to the end of its output."""
    watchdog = threading.Timer(START_S, process.kill)
    watchdog.start()
    said: list[str] = []
    try:
        for line in stdout:
            said.append(line.rstrip("\n"))
            if said[-1].startswith(_READY_LINE):
                break
    finally:
        watchdog.cancel()
        watchdog.join()
    return said
