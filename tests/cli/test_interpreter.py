"""Which interpreter runs and builds a piece: that of the workspace if Piecekit is in it."""

from __future__ import annotations

import json
import sys
import sysconfig
import venv
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.command import pieces_command
from tests.support.parlour import write_piece, write_workspace

PIECE = """
import sys
from pieces_framework import create_piece

parlour = create_piece(
    display_name="Parlour", logo_url="", description=sys.prefix, actions=[], triggers=[]
)
"""


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    return write_workspace(tmp_path)


def make_environment(folder: Path, *, with_piecekit: bool) -> Path:
    """Make a virtual environment; with Piecekit it sees all that is installed for the tests."""
    venv.create(folder, symlinks=True)
    if with_piecekit:
        [packages] = folder.glob("lib/python*/site-packages")
        ours = sysconfig.get_path("purelib")
        (packages / "ours.pth").write_text(f"import site; site.addsitedir({ours!r})\n")
    return folder


def where_it_runs(workspace: Path) -> tuple[str, list[str]]:
    """The prefix that an action of the piece sees, and what was said."""
    with pieces_command("run", "parlour", "where", cwd=workspace) as command:
        exit_code, stdout = command.end()
    assert exit_code == 0, command.said
    return json.loads(stdout), command.said


def where_it_is_built(workspace: Path) -> tuple[str, list[str]]:
    """The prefix that the piece sees when its metadata is taken, and what was said."""
    write_piece(workspace, PIECE)
    with pieces_command("build", "parlour", cwd=workspace) as command:
        exit_code, _ = command.end()
    assert exit_code == 0, command.said
    [wheel] = (workspace / "dist").iterdir()
    with zipfile.ZipFile(wheel) as archive:
        [name] = [name for name in archive.namelist() if name.endswith("piece.json")]
        return json.loads(archive.read(name))["metadata"]["description"], command.said


in_both = pytest.mark.parametrize("where", [where_it_runs, where_it_is_built])
Where = Callable[[Path], tuple[str, list[str]]]


@in_both
def test_the_workspaces_environment_is_used_if_piecekit_is_in_it(
    where: Where, workspace: Path
) -> None:
    environment = make_environment(workspace / ".venv", with_piecekit=True)

    prefix, said = where(workspace)

    assert prefix == str(environment)
    assert not any("Piecekit" in line for line in said)


@in_both
def test_an_environment_without_piecekit_is_passed_over_and_named(
    where: Where, workspace: Path
) -> None:
    environment = make_environment(workspace / ".venv", with_piecekit=False)

    prefix, said = where(workspace)

    assert prefix == sys.prefix
    assert f"`{environment}` has no Piecekit: `{sys.executable}` is used" in said[0]


@in_both
def test_an_environment_that_cannot_be_started_is_passed_over_and_named(
    where: Where, workspace: Path
) -> None:
    program = workspace / ".venv" / "bin" / "python"
    program.parent.mkdir(parents=True)
    program.write_text("not a program")

    prefix, said = where(workspace)

    assert prefix == sys.prefix
    assert "has no Piecekit" in said[0]


@in_both
def test_an_environment_that_leads_back_to_ours_is_ours(where: Where, workspace: Path) -> None:
    program = workspace / ".venv" / "bin" / "python"
    program.parent.mkdir(parents=True)
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" "$@"\n')
    program.chmod(0o755)

    prefix, said = where(workspace)

    assert prefix == sys.prefix
    assert not any("Piecekit" in line for line in said)


def test_what_comes_through_a_pipe_reaches_the_workspaces_environment(workspace: Path) -> None:
    make_environment(workspace / ".venv", with_piecekit=True)

    args = ["run", "parlour", "cone", "--input", "-", "--json"]
    with pieces_command(*args, cwd=workspace, stdin='{"level": 2}') as command:
        exit_code, stdout = command.end()

    assert (exit_code, json.loads(stdout)["data"]["level"]) == (0, 2)
