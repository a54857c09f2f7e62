"""Looks at the interpreter that pieces run with, and at what is installed in it."""

from __future__ import annotations

import json
import shlex
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypedDict, cast

from pieces_cli.interpreter import piece_interpreter
from pieces_framework.project import PROJECT_FILE, Project

from . import inventory
from .look import missing, ok, warning

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from pieces_engine.workspace.folders import PieceFolder, Workspace

    from .look import Look

TOOLS: Final = ("pytest", "pytest-asyncio", "respx", "mypy", "pyright", "ruff")
"""What checks and tests pieces."""
_EXTRAS: Final = (
    ("piecekit[serve]", "pieces_server", "`pieces serve`"),
    ("piecekit[publish]", "twine", "`publish-piece`"),
)
"""What may be installed with Piecekit: the module that it brings, and what needs it."""
_TIMEOUT_S: Final = 60.0


class Inventory(TypedDict):
    """What an interpreter answers of itself, as JSON."""

    python: str
    """Its version, `X.Y.Z`."""
    unmet: Mapping[str, Mapping[str, str]]
    """By the path of a piece and by requirement: why that is not met."""
    tools: Mapping[str, str | None]
    """By name: the version, or null if it is not installed."""


def looks_at_environment(workspace: Workspace, pieces: Sequence[PieceFolder]) -> Iterator[Look]:
    """Look at the interpreter, the pieces' dependencies and the tools."""
    python = piece_interpreter(workspace)
    try:
        found = _inventory(python, pieces)
    except (OSError, ValueError, subprocess.SubprocessError) as error:
        yield missing(
            "interpreter", f"`{python}` does not answer: {_reason(error)}", "make `.venv` anew"
        )
        return
    yield ok("interpreter", f"pieces run with Python {found['python']}, `{python}`")
    yield from _looks_at_passed_over(workspace, python)
    yield from _looks_at_dependencies(workspace, pieces, python, found)
    yield _look_at_tools(python, found)


def looks_at_extras() -> Iterator[Look]:
    """Look for what can be installed with Piecekit."""
    for extra, module, needed_by in _EXTRAS:
        if find_spec(module):
            yield ok("extra", f"`{extra}` is installed, for {needed_by}")
        else:
            command = _install(Path(sys.executable), f"'{extra}'")
            yield warning("extra", f"{needed_by} needs `{extra}`, which is not installed", command)


def _inventory(python: Path, pieces: Sequence[PieceFolder]) -> Inventory:
    requirements = {str(piece.path): _project(piece).dependencies for piece in pieces}
    asked = subprocess.run(  # noqa: S603 -- the author's interpreter, our program
        [python, "-P", inventory.__file__],
        input=json.dumps({"requirements": requirements, "tools": TOOLS}),
        capture_output=True,
        text=True,
        check=True,
        timeout=_TIMEOUT_S,
    )
    return cast("Inventory", json.loads(asked.stdout))  # our own program wrote it


def _reason(error: Exception) -> str:
    """Return the last line of what a process said before it failed, else the error itself."""
    said = error.stderr if isinstance(error, subprocess.CalledProcessError) else ""
    return said.strip().rpartition("\n")[2] or str(error)


def _project(piece: PieceFolder) -> Project:
    return Project((piece.path / PROJECT_FILE).read_text("utf-8-sig"))


def _looks_at_passed_over(workspace: Workspace, python: Path) -> Iterator[Look]:
    own = workspace.root / ".venv"
    ours = python == Path(sys.executable)
    if ours and own.exists() and own.resolve() != Path(sys.prefix).resolve():
        yield warning(
            "interpreter",
            f"`{own}` has no Piecekit and is passed over",
            "install Piecekit into it, from an instance or a clone, or remove it",
        )


def _looks_at_dependencies(
    workspace: Workspace, pieces: Sequence[PieceFolder], python: Path, found: Inventory
) -> Iterator[Look]:
    for piece in pieces:
        place = workspace.place(piece)
        command = _install(python, f"-e {shlex.quote(str(piece.path))}")
        unmet = found["unmet"][str(piece.path)]
        for requirement, why in unmet.items():
            yield missing("dependency", f"`{requirement}` of `{place}` {why}", command)
    if pieces and not any(found["unmet"].values()):
        yield ok("dependency", "what the pieces depend on is installed")


def _look_at_tools(python: Path, found: Inventory) -> Look:
    absent = [name for name, version in found["tools"].items() if version is None]
    if not absent:
        return ok("tools", f"{', '.join(TOOLS)} are installed")
    return warning(
        "tools", f"not installed: {', '.join(absent)}", _install(python, " ".join(absent))
    )


def _install(python: Path, what: str) -> str:
    return f"{shlex.quote(str(python))} -m pip install {what}"
