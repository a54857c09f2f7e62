"""Run pieces: find one that is installed, call its actions and hooks, keep what it stores."""

from __future__ import annotations

from .discovery import InstalledPiece, find_installed
from .runner import HookName, run_action, run_hook
from .store import FileStore
from .webhook import read_payload

__all__ = [
    "FileStore",
    "HookName",
    "InstalledPiece",
    "find_installed",
    "read_payload",
    "run_action",
    "run_hook",
]
