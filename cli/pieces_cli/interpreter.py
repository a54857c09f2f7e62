"""The interpreter that pieces run with: one rule for all commands that import a piece."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pieces_engine.workspace import interpreter

if TYPE_CHECKING:
    from pieces_engine.workspace.folders import Workspace


def piece_interpreter(workspace: Workspace) -> Path:
    """Return the interpreter of the workspace's `.venv` if Piecekit is installed in it, else ours.

    A `.venv` that is passed over is named on standard error.
    """
    return interpreter.piece_interpreter(workspace, needs="pieces_cli", passed_over=_passed_over)


def continue_in(python: Path) -> None:
    """Run our command line with `python`, in the place of this process; if it is ours, go on."""
    if python != Path(sys.executable):
        os.execv(python, [str(python), "-P", "-m", "pieces_cli", *sys.argv[1:]])  # noqa: S606


def _passed_over(environment: Path) -> None:
    click.echo(
        f"`{environment}` has no Piecekit: `{sys.executable}` is used"
        " (`pip install piecekit` into it, from an instance or a clone, changes that)",
        err=True,
    )
