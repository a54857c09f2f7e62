"""Waiting until what was written is on the disk, where a power cut cannot reach it."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


def flush(path: Path) -> None:
    """Wait until a file's content, or a folder's list of names, is on the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def write_flushed(path: Path, content: str) -> None:
    """Write a small file for its owner only: all of it is on the disk at the end, or none."""
    new = path.with_name(f"{path.name}.{os.getpid()}")
    new.touch(mode=0o600)
    new.write_text(content, encoding="utf-8")
    flush(new)
    new.replace(path)
    flush(path.parent)
