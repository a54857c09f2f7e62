"""Which files git ignores: what its author keeps out of the repository is kept out of archives."""

from __future__ import annotations

import os
import subprocess
from typing import TYPE_CHECKING, Final

from pieces_framework.project import PROJECT_FILE

from .project_rules import BuildError

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from pieces_engine.workspace.folders import PieceFolder

_COMMAND: Final = ("git", "-c", "safe.directory=*", "-c", "core.fsmonitor=false", "check-ignore")
_NONE_IGNORED: Final = 1
_NO_REPOSITORY: Final = b"not a git repository"


def ignored_files(piece: PieceFolder, paths: Iterable[Path]) -> list[Path]:
    """Return those of the paths that git ignores; none outside of a repository, or without git.

    None too if git ignores the piece as a whole, as where a workspace lies in a scratch folder.

    Raises:
        BuildError: if git cannot say it.
    """
    project_file = piece.path / PROJECT_FILE
    by_place = {
        os.path.realpath(path.parent) + os.sep + path.name: path for path in [*paths, project_file]
    }
    # A hook of git, in which we may run, speaks of the repository by such variables.
    environment = {name: value for name, value in os.environ.items() if name[:4] != "GIT_"}
    try:
        asked = subprocess.run(  # noqa: S603 -- git, with the names of the author's files
            [*_COMMAND, "--stdin", "-z"],
            cwd=piece.path,
            env={**environment, "LC_ALL": "C"},
            input=b"\0".join(map(os.fsencode, by_place)),
            capture_output=True,
            check=False,
        )
    except FileNotFoundError:
        return []
    if asked.returncode > _NONE_IGNORED and _NO_REPOSITORY not in asked.stderr:
        said = asked.stderr.decode(errors="replace").strip()
        raise BuildError(f"git cannot say what it ignores of `{piece.path}`: {said}")
    ignored = [by_place[os.fsdecode(name)] for name in asked.stdout.split(b"\0") if name]
    return [] if project_file in ignored else ignored


def refuse_ignored(piece: PieceFolder, paths: Iterable[Path]) -> None:
    """Refuse to pack what git ignores.

    Raises:
        BuildError: if git ignores one of the paths, or cannot say it.
    """
    asked = list(paths)
    ignored = ignored_files(piece, asked) if asked else []
    if ignored:
        names = ", ".join(f"`{os.path.relpath(path, piece.path)}`" for path in ignored)
        raise BuildError(
            f"the wheel of `{piece.name}` would hold what git ignores: {names}",
            hint="move it out of the package; or if it belongs to the piece, `git add --force` it",
        )
