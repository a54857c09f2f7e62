"""Run pieces: find one that is installed, call its actions and hooks, keep what it stores."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from .credentials import check_auth
    from .discovery import InstalledPiece, find_installed
    from .files import LocalFiles
    from .loaders import run_loader
    from .local_host import local_recording, local_services
    from .runner import HookName, run_action, run_hook
    from .store import FileStore

__all__ = [
    "FileStore",
    "HookName",
    "InstalledPiece",
    "LocalFiles",
    "check_auth",
    "find_installed",
    "local_recording",
    "local_services",
    "run_action",
    "run_hook",
    "run_loader",
]

# The contract suite is a plugin of every pytest run here, whether or not it is used.
_AT_FIRST_USE: Final = {
    "FileStore": "store",
    "HookName": "runner",
    "InstalledPiece": "discovery",
    "LocalFiles": "files",
    "check_auth": "credentials",
    "find_installed": "discovery",
    "local_recording": "local_host",
    "local_services": "local_host",
    "run_action": "runner",
    "run_hook": "runner",
    "run_loader": "loaders",
}


def __getattr__(name: str) -> object:
    module = _AT_FIRST_USE.get(name)
    if module is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value: object = getattr(import_module(f"{__name__}.{module}"), name)
    globals()[name] = value
    return value
