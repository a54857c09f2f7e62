"""The `pieces` command in a process of its own, read line by line as it goes."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Generator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Final

_LIMIT_S: Final = 60


class Command:
    """A running command. Everything is bounded: after a minute it is killed."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        assert process.stdout is not None
        assert process.stderr is not None
        self._process: Final = process
        self._stdout: Final[IO[str]] = process.stdout
        self._stderr: Final[IO[str]] = process.stderr
        self.said: Final[list[str]] = []
        """The lines of standard error that were read so far."""

    def wait_for(self, beginning: str) -> str:
        """Read standard error up to a line that begins so, and return the rest of that line."""
        for line in self._stderr:
            self.said.append(line.rstrip("\n"))
            if line.startswith(beginning):
                return line.removeprefix(beginning).strip()
        raise AssertionError(f"it ended without saying {beginning!r}; it said {self.said}")

    def send(self, number: signal.Signals) -> None:
        self._process.send_signal(number)

    def line(self) -> str:
        """Read one line of standard output."""
        return self._stdout.readline()

    def end(self) -> tuple[int, str]:
        """Wait for the end; return the exit code and the rest of standard output."""
        # Not by `communicate`, which passes over what these streams have read ahead.
        with ThreadPoolExecutor(1) as pool:
            rest = pool.submit(self._stderr.read)
            stdout = self._stdout.read()
            self.said.extend(rest.result().splitlines())
        return self._process.wait(_LIMIT_S), stdout


@contextmanager
def pieces_command(*args: str, cwd: Path, stdin: str = "", **env: str) -> Generator[Command]:
    """Start `pieces` with `args`, and kill it at the end if it still runs."""
    ours = {name: value for name, value in os.environ.items() if not name.startswith("AP_")}
    # Where the tests run in the background SIGINT is ignored, and a child would inherit that.
    inherited = signal.signal(signal.SIGINT, signal.default_int_handler)
    process = subprocess.Popen(
        [sys.executable, "-m", "pieces_cli", *args],
        cwd=cwd,
        env={**ours, **env},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    signal.signal(signal.SIGINT, inherited)
    assert process.stdin is not None
    process.stdin.write(stdin)
    process.stdin.close()
    process.stdin = None  # or `communicate` would flush it
    watchdog = threading.Timer(_LIMIT_S, process.kill)
    watchdog.start()
    try:
        yield Command(process)
    finally:
        watchdog.cancel()
        watchdog.join()
        process.kill()
        process.communicate()
