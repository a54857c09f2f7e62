"""Waiting for what another process does in its own time."""

from __future__ import annotations

import time
from collections.abc import Callable

WITHIN_S = 40


def eventually(holds: Callable[[], bool]) -> bool:
    """Whether it holds, at once or after a while."""
    until = time.monotonic() + WITHIN_S
    while not holds():
        if time.monotonic() > until:
            return False
        time.sleep(0.02)
    return True
