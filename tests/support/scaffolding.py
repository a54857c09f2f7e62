"""Workspaces and pieces for tests, made by the commands themselves."""

from __future__ import annotations

import re
from pathlib import Path

from click.testing import CliRunner, Result

from pieces_cli.main import main

AUTH = """\
\"\"\"How users connect to the service.\"\"\"

from __future__ import annotations

from pieces_framework import PieceAuth

{name} = PieceAuth.SecretText(display_name="API Key", required=True)
"""


def pieces(*args: str | Path, **env: str) -> Result:
    """Run `pieces` without a terminal in the current folder."""
    return CliRunner().invoke(main, [str(arg) for arg in args], env=env)


def made(*args: str | Path) -> Result:
    """Run `pieces`, which must succeed."""
    result = pieces(*args)
    assert result.exit_code == 0, result.output
    return result


def add_action(piece: str, name: str, description: str = "Does it.") -> Result:
    """Run `actions create`."""
    return pieces(
        "actions", "create", "--piece", piece, "--name", name, "--description", description
    )


def add_trigger(piece: str, name: str, technique: str, description: str = "Sees it.") -> Result:
    """Run `triggers create`."""
    options = ["--name", name, "--description", description, "--technique", technique]
    return pieces("triggers", "create", "--piece", piece, *options)


def set_version(piece: Path, version: str) -> None:
    """Write a version into a piece's `pyproject.toml`."""
    path = piece / "pyproject.toml"
    path.write_text(re.sub("(?m)^version = .*$", f'version = "{version}"', path.read_text()))


def add_comment(piece: Path) -> None:
    """Change the code of a piece, and nothing that it declares."""
    [path] = piece.glob("piece_*/__init__.py")
    path.write_text(f"{path.read_text()}# another comment\n")


def give_auth(piece: Path, name: str, text: str = AUTH) -> None:
    """Declare an auth in a piece that was just created, as its README says.

    Args:
        piece: its folder.
        name: the variable that is the piece's auth.
        text: what `auth.py` holds; `{name}` in it stands for the variable.
    """
    package = piece / f"piece_{piece.name.replace('-', '_')}"
    (package / "auth.py").write_text(text.replace("{name}", name))
    init = package / "__init__.py"
    text = init.read_text().replace("auth=None", f"auth={name}")
    imported = "from pieces_framework import create_piece\n"
    init.write_text(text.replace(imported, f"{imported}\nfrom .auth import {name}\n"))


def snapshot(folder: Path) -> dict[str, bytes | None]:
    """Every path below `folder` but Python's bytecode, and what is in it if it is a file."""
    return {
        str(path.relative_to(folder)): path.read_bytes() if path.is_file() else None
        for path in sorted(folder.rglob("*"))
        if "__pycache__" not in path.parts
    }
