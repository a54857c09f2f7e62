"""All looks, in the order in which one would mend what is missing."""

from __future__ import annotations

import platform
from pathlib import Path
from typing import TYPE_CHECKING

from .environment import looks_at_environment, looks_at_extras
from .instance import looks_at_instance
from .look import ok
from .projects import looks_at_pieces, workspace_here
from .repository import looks_at_repository

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .look import Look


def looks() -> Iterator[Look]:
    """Look at everything; without a workspace, at what does not need one."""
    from importlib.metadata import version

    yield ok("python", f"Piecekit {version('piecekit')} on Python {platform.python_version()}")
    workspace, look = workspace_here()
    yield look
    if workspace is not None:
        found = workspace.survey()
        yield from looks_at_pieces(found)
        yield from looks_at_environment(workspace, found.pieces)
        yield from looks_at_repository(workspace)
    yield from looks_at_extras()
    yield from looks_at_instance(workspace.root if workspace else Path.cwd())
