"""Looks at the workspace as a git repository: what it must not hold, and what it should."""

from __future__ import annotations

import shutil
import subprocess
from typing import TYPE_CHECKING, Final

from pieces_cli.dotenv import read_env_file
from pieces_framework.errors import PieceError

from .look import failed, missing, ok, warning

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pieces_engine.workspace.folders import Workspace

    from .look import Look

SYNC_WORKFLOW: Final = ".github/workflows/sync-pieces.yml"
_ENV_FILE: Final = ".env"


def looks_at_repository(workspace: Workspace) -> Iterator[Look]:
    """Look whether git is there and knows the workspace, and keeps its secrets out."""
    git, root = shutil.which("git"), workspace.root
    if git is None:
        yield warning("git", "git is not installed", "install it: `pieces diff` compares by it")
        return
    if not _succeeds(git, root, "rev-parse", "--is-inside-work-tree"):
        yield warning("git", f"`{root}` is in no git repository", "git init")
        return
    yield ok("git", f"`{root}` is in a git repository")
    yield from _looks_at_env_file(git, root)
    if not workspace.is_lone_piece:
        yield _look_at_workflow(root)


def _looks_at_env_file(git: str, root: Path) -> Iterator[Look]:
    try:
        holds_values = any(read_env_file(root / _ENV_FILE).values())
    except PieceError as error:
        yield failed("env-file", error)
        return
    if not holds_values:
        return
    if _succeeds(git, root, "check-ignore", "--quiet", _ENV_FILE):
        yield ok("env-file", f"`{_ENV_FILE}` is ignored by git")
        return
    tracked = _succeeds(git, root, "ls-files", "--error-unmatch", _ENV_FILE)
    ignore = f"echo {_ENV_FILE} >> .gitignore"
    yield missing(
        "env-file",
        f"`{_ENV_FILE}` holds values and is {'kept' if tracked else 'not ignored'} by git",
        f"git rm --cached {_ENV_FILE} && {ignore}; then replace its keys" if tracked else ignore,
    )


def _look_at_workflow(root: Path) -> Look:
    if (root / SYNC_WORKFLOW).is_file():
        return ok("workflow", f"`{SYNC_WORKFLOW}` is there")
    return warning(
        "workflow",
        f"there is no `{SYNC_WORKFLOW}`, which publishes changed pieces",
        "copy it from a workspace that `pieces init DIR` makes elsewhere",
    )


def _succeeds(git: str, root: Path, *args: str) -> bool:
    done = subprocess.run(  # noqa: S603 -- git, with our words
        [git, "-C", str(root), *args],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        check=False,
    )
    return done.returncode == 0
