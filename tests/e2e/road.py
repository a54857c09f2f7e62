"""A road of commands: each is printed, run for real, timed, and the first failure ends it."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from pathlib import Path

MAX_LINES_SHOWN = 12
LIMIT_S = 300
START_S = 60
STOP_S = 20


class RoadError(Exception):
    """A command did not do what the road needs."""


class Road:
    """Runs commands in a folder and tells what it does.

    Args:
        folder: where commands run.
        secrets: texts that are shown as `***`.
    """

    def __init__(self, folder: Path, *, environment: Mapping[str, str], secrets: list[str]) -> None:
        self.folder = folder
        self.environment = dict(environment)
        self.secrets = secrets

    def step(self, title: str) -> None:
        """Print a heading."""
        print(f"\n── {title}", flush=True)

    def run(self, *command: str | Path, shown: str = "", quiet: bool = False) -> str:
        """Run a command and return its standard output.

        Args:
            command: the program and its arguments.
            shown: how to print it, where the real one is too long.
            quiet: show only the last line of the standard output.

        Raises:
            RoadError: if it does not exit with 0, or takes longer than five minutes.
        """
        arguments = [str(part) for part in command]
        self.say(f"$ {shown or ' '.join(map(_quoted, arguments))}")
        began = time.perf_counter()
        try:
            done = subprocess.run(
                arguments,
                cwd=self.folder,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                check=False,
                timeout=LIMIT_S,
            )
        except subprocess.TimeoutExpired:
            raise RoadError(f"the command above was killed after {LIMIT_S} s") from None
        took = time.perf_counter() - began
        lines = (done.stdout + done.stderr).strip().splitlines()
        if quiet and done.returncode == 0:
            lines = done.stdout.strip().splitlines()[-1:]
        for line in lines if done.returncode else lines[:MAX_LINES_SHOWN]:
            self.say(f"    {line}")
        if done.returncode:
            raise RoadError(f"the command above ended with exit code {done.returncode}")
        self.say(f"    ✓ {took:.2f} s")
        return done.stdout

    @contextmanager
    def background(
        self, *command: str | Path, until: str
    ) -> Generator[tuple[subprocess.Popen[str], str]]:
        """Start a process, wait for the line that holds `until`, and stop it at the end.

        Yields the process and all lines printed up to that one.

        Raises:
            RoadError: if the process ends before it prints the line, or takes over a minute.
        """
        arguments = [str(part) for part in command]
        self.say(f"$ {' '.join(map(_quoted, arguments))} &")
        process = subprocess.Popen(
            arguments,
            cwd=self.folder,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        try:
            yield process, _read_until(process, until)
        finally:
            process.terminate()
            try:
                process.wait(timeout=STOP_S)
            finally:
                process.kill()
                process.communicate()  # closes the pipe too

    def check(self, claim: str, *, holds: bool) -> None:
        """Print a claim about what was seen, or fail.

        Raises:
            RoadError: if it does not hold.
        """
        if not holds:
            raise RoadError(f"expected: {claim}")
        self.say(f"    ✓ {claim}")

    def say(self, text: str) -> None:
        """Print text without the secrets in it."""
        for secret in self.secrets:
            text = text.replace(secret, "***")
        print(text, flush=True)


def tool(name: str, environment: Path | None = None) -> Path:
    """Return a console script of a virtual environment; by default of the one we run in."""
    return (environment / "bin" if environment else Path(sys.executable).parent) / name


def clean_environment(**extra: str) -> dict[str, str]:
    """Return our environment without what would leak from it into the road.

    Loopback is reached without a proxy.
    """
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("AP_", "PYTEST", "COVERAGE", "VIRTUAL_ENV"))
    }
    kept["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{kept.get('PATH', '')}"
    direct = "127.0.0.1,localhost"
    return kept | {"NO_PROXY": direct, "no_proxy": direct} | extra


def _read_until(process: subprocess.Popen[str], until: str) -> str:
    assert process.stdout is not None
    watchdog = threading.Timer(START_S, process.kill)
    watchdog.start()
    printed: list[str] = []
    try:
        for line in process.stdout:
            printed.append(line)
            if until in line:
                return "".join(printed)
    finally:
        watchdog.cancel()
        watchdog.join()
    raise RoadError(f"the process ended before it said `{until}`:\n{''.join(printed)}")


def _quoted(text: str) -> str:
    return f'"{text}"' if " " in text else text
