"""Run pieces: find one that is installed, call its actions and hooks, keep what it stores."""

from __future__ import annotations

from .discovery import InstalledPiece, find_installed
from .files import LocalFiles
from .local_host import local_recording, local_services
from .runner import HookName, run_action, run_hook
from .store import FileStore
from .webhook import read_payload

__all__ = [
    "FileStore",
    "HookName",
    "InstalledPiece",
    "LocalFiles",
    "find_installed",
    "local_recording",
    "local_services",
    "read_payload",
    "run_action",
    "run_hook",
]
