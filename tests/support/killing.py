"""Killing a process at a line of its own."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from .instance import instance_environment


def killed_at(
    line: str, script: str, *arguments: str | Path, data_folder: Path, **env: str
) -> None:
    """Run a script until it has printed a line, then kill it.

    Args:
        line: the first that it prints; it waits there, such as for its standard input.
        script: Python.
        arguments: the script's.
        data_folder: its `AP_CONFIG_PATH`.
        env: other settings.
    """
    process = subprocess.Popen(
        [sys.executable, "-c", script, *arguments],
        env=instance_environment(data_folder, **env),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with process:
        assert process.stdout is not None
        printed = process.stdout.readline()
        process.kill()
    assert printed == f"{line}\n"
