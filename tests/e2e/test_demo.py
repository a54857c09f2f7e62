"""`make demo`, as a newcomer runs it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
LIMIT_S = 600


def test_the_demo_walks_the_whole_road() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tests.e2e.demo"],
        cwd=ROOT,
        # Most of what is installed is never imported.
        env={**os.environ, "PIP_COMPILE": "0"},
        capture_output=True,
        text=True,
        timeout=LIMIT_S,
    )

    assert done.returncode == 0, done.stdout + done.stderr
    assert "✓ exactly Bacio" in done.stdout
    assert "✓ the webhook brought it" in done.stdout
    assert "sk-" not in done.stdout
