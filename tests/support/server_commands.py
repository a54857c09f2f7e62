"""`python -m pieces_server COMMAND` in a process of its own, until it ends."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tests.support.instance import instance_environment


def run(*arguments: str, data_folder: Path, **env: str) -> subprocess.CompletedProcess[str]:
    """Run a command on a data folder.

    Args:
        arguments: the command; none serves.
        data_folder: its `AP_CONFIG_PATH`.
        env: other settings, such as `AP_PORT="0"`.
    """
    return subprocess.run(
        [sys.executable, "-m", "pieces_server", *arguments],
        env=instance_environment(data_folder, **env),
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
