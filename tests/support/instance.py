"""A real instance in a process of its own, on a free port of the loopback address."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final
from urllib.parse import urlsplit

START_S: Final = 60
STOP_S: Final = 20
_KEY_LINE: Final = "API key (shown once): "
_READY_LINE: Final = "Piecekit instance listening on "


@dataclass(frozen=True, kw_only=True)
class Instance:
    """A running instance."""

    url: str
    """Such as `http://127.0.0.1:40123`."""
    key: str
    """Its first API key; empty on a data folder that had one, unless it was handed in."""
    data_folder: Path
    process: subprocess.Popen[str]
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

    Args:
        data_folder: its `AP_CONFIG_PATH`; a second start on it finds what the first has stored.
        key: an API key that is already known, for a data folder that was used before.
        cwd: the folder it is started in; ours if it is `None`.
        env: settings, such as `AP_PUBLIC_READ="true"`.
    """
    with tempfile.TemporaryFile("w+") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "pieces_server"],
            env=instance_environment(data_folder, **env),
            cwd=cwd,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
        )
        assert process.stdout is not None
        try:
            said = _read_until_ready(process)
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
            process.terminate()
            try:
                process.wait(STOP_S)
            finally:
                process.kill()
                process.wait()
                process.stdout.close()


def instance_environment(data_folder: Path, **env: str) -> dict[str, str]:
    """The environment of an instance: ours, without the settings of another one."""
    ours = {name: value for name, value in os.environ.items() if not name.startswith("AP_")}
    return {**ours, "AP_CONFIG_PATH": str(data_folder), "AP_PORT": "0", **env}


def _read_until_ready(process: subprocess.Popen[str]) -> list[str]:
    """Return the lines up to the one that says it listens, or to the end of its output."""
    assert process.stdout is not None
    watchdog = threading.Timer(START_S, process.kill)
    watchdog.start()
    said: list[str] = []
    try:
        for line in process.stdout:
            said.append(line.rstrip("\n"))
            if said[-1].startswith(_READY_LINE):
                break
    finally:
        watchdog.cancel()
        watchdog.join()
    return said
