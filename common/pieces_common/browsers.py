"""Whether the machine that runs a piece has a browser for it."""

from __future__ import annotations

from pathlib import Path


def is_chromium_installed() -> bool:
    """Whether Chromium is where the images that run pieces have it: `/usr/bin/chromium`."""
    return Path("/usr/bin/chromium").exists()
