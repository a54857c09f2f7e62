"""The templates are inside the wheel of the command."""

from __future__ import annotations

import compileall
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from hatchling.builders.wheel import WheelBuilder

ROOT = Path(__file__).parent.parent.parent
PREFIX = "pieces_cli/templates/"


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    [path] = WheelBuilder(str(ROOT / "cli")).build(directory=str(folder))
    return Path(path)


def test_the_wheel_holds_every_template(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        shipped = {
            name.removeprefix(PREFIX): archive.read(name)
            for name in archive.namelist()
            if name.startswith(PREFIX)
        }
    assert shipped == {
        path.relative_to(ROOT / "templates").as_posix(): path.read_bytes()
        for path in (ROOT / "templates").rglob("*")
        if path.is_file() and path.parent.name != "__pycache__"
    }


def test_an_installed_command_renders_no_bytecode(wheel: Path, tmp_path: Path) -> None:
    installed = tmp_path / "installed"
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(installed)
    # As installers do; a template that is no Python is passed over.
    compileall.compile_dir(installed, quiet=2)
    assert list((installed / PREFIX).rglob("*.pyc"))
    root = tmp_path / "workspace"
    root.mkdir()

    for args in (["init"], ["create", "--name", "gelato"]):
        subprocess.run(
            [sys.executable, "-m", "pieces_cli", *args],
            cwd=root,
            env={**os.environ, "PYTHONPATH": str(installed)},
            stdin=subprocess.DEVNULL,
            check=True,
        )

    assert (root / "pieces/community/gelato/piece_gelato/actions/__init__.py").is_file()
    assert list(root.rglob("__pycache__")) == []
