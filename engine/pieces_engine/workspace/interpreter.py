"""The interpreter that pieces are imported with: one rule, whoever imports them."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from .folders import Workspace


def piece_interpreter(
    workspace: Workspace, *, needs: str, passed_over: Callable[[Path], object]
) -> Path:
    """Return the interpreter of the workspace's `.venv` if it is fit for it, else our own.

    Args:
        workspace: where the pieces are.
        needs: the package that a fit one can import.
        passed_over: is told of a `.venv` that is there and is not fit.
    """
    ours = Path(sys.executable)
    environment = workspace.root / ".venv"
    if not environment.exists() or environment == Path(sys.prefix):
        return ours
    folder, program = ("Scripts", "python.exe") if os.name == "nt" else ("bin", "python")
    python = environment / folder / program
    prefix = _prefix_with(needs, python)
    if prefix is None:
        passed_over(environment)
    return ours if prefix in {None, sys.prefix} else python


def _prefix_with(package: str, python: Path) -> str | None:
    """Return `sys.prefix` of an interpreter, or `None` if it cannot import the package."""
    # -P keeps the current folder off the path: what lies in it may have the name of any module.
    command = [str(python), "-P", "-c", f"import {package}, sys; print(sys.prefix)"]
    try:
        asked = subprocess.run(  # noqa: S603 -- the author's interpreter
            command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
        )
    except OSError:
        return None
    return asked.stdout.rstrip("\n") if asked.returncode == 0 else None
