"""Whether the machine that runs a piece has a browser for it."""

from __future__ import annotations

import os


def is_chromium_installed() -> bool:
    """Whether Chromium is where the images that run pieces have it: `/usr/bin/chromium`."""
    return os.path.exists("/usr/bin/chromium")  # noqa: PTH110 -- `pathlib` is slow to import
