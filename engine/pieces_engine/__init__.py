"""Run pieces: find one that is installed, call its actions and hooks, keep what it stores."""

from __future__ import annotations

from .boundary import AuthorCodeError
from .discovery import InstalledPiece, find_installed, load_piece
from .runner import HookName, run_action, run_hook
from .store import FileStore
from .webhook import read_payload

__all__ = [
    "AuthorCodeError",
    "FileStore",
    "HookName",
    "InstalledPiece",
    "find_installed",
    "load_piece",
    "read_payload",
    "run_action",
    "run_hook",
]
