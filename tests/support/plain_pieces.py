"""Pieces of two files each, written without a template: for tests that need a piece, any piece."""

from __future__ import annotations

from pathlib import Path

_PROJECT = """\
[project]
name = "piece-{name}"
version = "0.0.1"
dependencies = [{dependencies}]

[project.entry-points.pieces]
{name} = "piece_{name}:{name}"
"""
_PACKAGE = """\
from pieces_framework import ActionContext, create_action, create_piece


@create_action(name="make", display_name="Make", description={description!r}, auth=None)
def make(context: ActionContext[None]) -> None:
    pass


{name} = create_piece(
    display_name="{name}", logo_url="", auth=None, actions=[make], triggers=[]
)
"""


def write_workspace(root: Path) -> Path:
    """Make a folder a workspace without pieces."""
    root.mkdir(parents=True)
    (root / "pyproject.toml").write_text("[tool.pieces.workspace]\n")
    return root


def write_piece(
    folder: Path, *, description: str = "Makes one.", dependencies: tuple[str, ...] = ()
) -> Path:
    """Write a piece named as its folder, with one action `make`; return its package's folder.

    Its metadata has two texts to translate: `Make` and the description.
    """
    name = folder.name
    package = folder / f"piece_{name}"
    package.mkdir(parents=True)
    quoted = ", ".join(f'"{each}"' for each in dependencies)
    (folder / "pyproject.toml").write_text(_PROJECT.format(name=name, dependencies=quoted))
    (package / "__init__.py").write_text(_PACKAGE.format(name=name, description=description))
    return package
