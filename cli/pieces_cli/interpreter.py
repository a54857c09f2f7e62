"""The interpreter that pieces run with: one rule for all commands that import a piece."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

if TYPE_CHECKING:
    from .workspace import Workspace

# -P keeps the current folder off the path: what lies in it may have the name of any module.
_ASK: Final = ("-P", "-c", "import pieces_cli, sys; print(sys.prefix)")
_SECRETS: Final = ("AP_API_KEY", "TWINE_", "ACTIONS_ID_TOKEN_REQUEST_")
"""How the variables begin that publish: an instance's key, an index's login, a runner's token."""


def piece_interpreter(workspace: Workspace) -> Path:
    """Return the interpreter of the workspace's `.venv` if Piecekit is installed in it, else ours.

    A `.venv` that is passed over is named on standard error.
    """
    ours = Path(sys.executable)
    environment = workspace.root / ".venv"
    if not environment.exists() or environment == Path(sys.prefix):
        return ours
    folder, program = ("Scripts", "python.exe") if os.name == "nt" else ("bin", "python")
    python = environment / folder / program
    prefix = _prefix_with_piecekit(python)
    if prefix is None:
        click.echo(
            f"`{environment}` has no Piecekit: `{ours}` is used"
            " (`pip install piecekit` into it, from an instance or a clone, changes that)",
            err=True,
        )
    return ours if prefix in {None, sys.prefix} else python


def continue_in(python: Path) -> None:
    """Run our command line with `python`, in the place of this process; if it is ours, go on."""
    if python != Path(sys.executable):
        os.execv(python, [str(python), "-P", "-m", "pieces_cli", *sys.argv[1:]])  # noqa: S606


def piece_environment() -> dict[str, str]:
    """Return our environment for a process that runs a piece's code: without what publishes it."""
    return {name: value for name, value in os.environ.items() if not name.startswith(_SECRETS)}


def _prefix_with_piecekit(python: Path) -> str | None:
    """Return `sys.prefix` of an interpreter, or `None` if it cannot import Piecekit."""
    try:
        asked = subprocess.run(  # noqa: S603 -- the author's interpreter
            [python, *_ASK], stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
        )
    except OSError:
        return None
    return asked.stdout.rstrip("\n") if asked.returncode == 0 else None
