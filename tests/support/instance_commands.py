"""The commands of `python -m pieces_server` in processes of their own, and their settings."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from pieces_server.settings import PREFIX, Settings
from tests.support.instance import instance_environment


def run_command(
    *arguments: str | Path, data_folder: Path, **env: str
) -> subprocess.CompletedProcess[str]:
    """Run a command to its end, whatever its exit code is."""
    return subprocess.run(
        [sys.executable, "-m", "pieces_server", *arguments],
        env=instance_environment(data_folder, **env),
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def settings_of(data_folder: Path, env: Mapping[str, str]) -> Settings:
    """The settings that a process with this environment would read."""
    named = {name.removeprefix(PREFIX).lower(): value for name, value in env.items()}
    return Settings.model_validate({"config_path": data_folder, **named})
