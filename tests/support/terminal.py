"""The `pieces` command at a terminal: each question is awaited, then answered."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import IO, Final

_LIMIT_S: Final = 60


def at_terminal(
    *args: str, cwd: Path, answers: Sequence[tuple[str, str]], **env: str
) -> subprocess.CompletedProcess[str]:
    """Run `pieces` with `args` and a terminal as standard input.

    Args:
        args: the command line.
        cwd: where to run.
        answers: what must be asked, in order, and what to type then.
        env: variables beside ours, which lose those of an instance.
    """
    ours = {name: value for name, value in os.environ.items() if not name.startswith("AP_")}
    controller, terminal = pty.openpty()
    try:
        # Without a controlling terminal: a hidden question would be asked on that one.
        process = subprocess.Popen(
            [sys.executable, "-m", "pieces_cli", *args],
            cwd=cwd,
            env={**ours, **env},
            stdin=terminal,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )
        watchdog = threading.Timer(_LIMIT_S, process.kill)
        watchdog.start()
        try:
            assert process.stderr is not None
            asked = ""
            for question, answer in answers:
                asked += _read_until(process.stderr, question)
                os.write(controller, f"{answer}\n".encode())
            stdout, rest = process.communicate()
        finally:
            watchdog.cancel()
            watchdog.join()
            process.kill()
            process.communicate()
    finally:
        os.close(terminal)
        os.close(controller)
    return subprocess.CompletedProcess(
        args, process.returncode, stdout.decode(), asked + rest.decode()
    )


def _read_until(stream: IO[bytes], text: str) -> str:
    read = b""
    while text.encode() not in read:
        byte = os.read(stream.fileno(), 1)
        if not byte:
            raise AssertionError(f"it ended without asking {text!r}; it said {read.decode()!r}")
        read += byte
    return read.decode(errors="replace")
