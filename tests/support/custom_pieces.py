"""Workspaces of small pieces that can be built, written without a template."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

IMPORTS: Final = "IMPORTED_PIECES"
"""The variable that names a file; each piece that is imported writes its name into it."""

_PROJECT = """\
[build-system]
requires = ["hatchling"]
build-backend = "hatchling.build"

[project]
name = "piece-{name}"
version = "{version}"
requires-python = ">=3.11"
dependencies = ["pieces-framework~=0.1.0"{dependencies}]

[project.entry-points.pieces]
{name} = "piece_{module}:piece"

[tool.hatch.build.targets.wheel]
packages = ["piece_{module}"]
"""
_PACKAGE = """\
import os
{imports}
from pieces_framework import ActionContext, create_action, create_piece


def note_import():
    if "IMPORTED_PIECES" in os.environ:
        with open(os.environ["IMPORTED_PIECES"], "a") as file:
            file.write("{name}\\n")


note_import()
actions = []
{actions}
piece = create_piece(
    display_name="{name}",
    logo_url="https://example.com/a.svg",
    actions=actions,
    triggers=[],
    minimum_supported_release="{release}",
)
"""
_ACTION = """

@create_action(name="{action}", display_name="{action}", description="Does it.", auth=None)
def {action}(context: ActionContext[None]) -> None:
    pass


actions.append({action})
"""


def write_workspace(root: Path) -> Path:
    """Make a folder a workspace without pieces, and return the folder of custom pieces."""
    custom = root / "pieces" / "custom"
    custom.mkdir(parents=True)
    (root / "pyproject.toml").write_text("[tool.pieces.workspace]\n")
    return custom


def write_piece(
    custom: Path,
    name: str,
    *,
    version: str = "0.1.0",
    actions: Sequence[str] = ("make",),
    imports: str = "",
    release: str = "0.0.0",
    dependencies: Sequence[str] = (),
) -> Path:
    """Write the piece, over an older one of that name; return its package's `__init__.py`.

    `release` is the first that can run it.
    """
    module = name.replace("-", "_")
    package = custom / name / f"piece_{module}"
    package.mkdir(parents=True, exist_ok=True)
    required = "".join(f', "{each}"' for each in dependencies)
    project = _PROJECT.format(name=name, module=module, version=version, dependencies=required)
    (custom / name / "pyproject.toml").write_text(project)
    declared = "".join(_ACTION.format(action=action) for action in actions)
    text = _PACKAGE.format(name=name, imports=imports, actions=declared, release=release)
    init = package / "__init__.py"
    init.write_text(text)
    return init
