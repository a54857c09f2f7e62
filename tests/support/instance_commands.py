"""The commands of `python -m pieces_server` in processes of their own, and their settings."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

from pieces_server.settings import PREFIX, Settings
from tests.support.instance import instance_environment
from tests.support.preloaded import fork

_COMMAND_S = 60


def run_command(
    *arguments: str | Path, data_folder: Path, **env: str
) -> subprocess.CompletedProcess[str]:
    """Run a command to its end, whatever its exit code is.

    Its process is forked from one that has imported the server.

    Args:
        arguments: the command; none serves.
        data_folder: its `AP_CONFIG_PATH`.
        env: other settings, such as `AP_PORT="0"`.
    """
    words = [str(each) for each in arguments]
    with tempfile.TemporaryFile("w+") as stdout, tempfile.TemporaryFile("w+") as stderr:
        process = fork(
            words,
            env=instance_environment(data_folder, **env),
            cwd=None,
            stdout=stdout.fileno(),
            stderr=stderr.fileno(),
        )
        try:
            exit_code = process.wait(_COMMAND_S)
        finally:
            process.kill()
        stdout.seek(0)
        stderr.seek(0)
        return subprocess.CompletedProcess(words, exit_code, stdout.read(), stderr.read())


def launch_command(
    *arguments: str, data_folder: Path, **env: str
) -> subprocess.CompletedProcess[str]:
    """As `run_command`, by `python -m pieces_server` as an administrator runs it."""
    return subprocess.run(
        [sys.executable, "-m", "pieces_server", *arguments],
        env=instance_environment(data_folder, **env),
        capture_output=True,
        text=True,
        check=False,
        timeout=_COMMAND_S,
    )


def settings_of(data_folder: Path, env: Mapping[str, str]) -> Settings:
    """The settings that a process with this environment would read."""
    named = {name.removeprefix(PREFIX).lower(): value for name, value in env.items()}
    return Settings.model_validate({"config_path": data_folder, **named})
