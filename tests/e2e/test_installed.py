"""Piecekit as a user has it: wheels in an environment of their own, nothing editable."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests.e2e.road import clean_environment, tool

ROOT = Path(__file__).parent.parent.parent
DISTRIBUTIONS = ("framework", "common", "engine", "cli")


def run(*command: str | Path, cwd: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(part) for part in command],
        cwd=cwd,
        env=clean_environment(),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
    )


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An environment with piecekit installed from freshly built wheels."""
    folder = tmp_path_factory.mktemp("installed")
    for distribution in DISTRIBUTIONS:
        build = (sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", folder / "wheels")
        built = run(*build, cwd=ROOT / distribution)
        assert built.returncode == 0, built.stderr
    made = run(tool("uv"), "venv", "--python", sys.executable, folder / "environment", cwd=folder)
    assert made.returncode == 0, made.stderr
    python = folder / "environment" / "bin" / "python"
    install = ("pip", "install", "--python", python, "--find-links", folder / "wheels")
    installed = run(tool("uv"), *install, "piecekit", cwd=folder)
    assert installed.returncode == 0, installed.stderr
    return folder / "environment"


def test_an_installed_piecekit_scaffolds_and_builds(environment: Path, tmp_path: Path) -> None:
    steps = [
        ["pieces", "init", "."],
        ["pieces", "create", "--name", "my-crm", "--type", "custom"],
        ["actions", "create", "--piece", "my-crm", "--name", "New deal", "--description", "Adds."],
        ["build-piece", "my-crm"],
    ]

    done = [run(environment / "bin" / name, *rest, cwd=tmp_path) for name, *rest in steps]

    assert [each.returncode for each in done] == [0, 0, 0, 0], [each.stderr for each in done]
    (wheel,) = (tmp_path / "dist").glob("*.whl")
    assert wheel.name == "piece_my_crm-0.0.1-py3-none-any.whl"
    with zipfile.ZipFile(wheel) as archive:
        assert "piece_my_crm-0.0.1.dist-info/extra_metadata/piece.json" in archive.namelist()


def test_the_installed_command_is_not_the_one_of_this_repository(
    environment: Path, tmp_path: Path
) -> None:
    done = run(
        environment / "bin" / "python", "-c", "import pieces_cli; print(pieces_cli.__file__)",
        cwd=tmp_path,
    )  # fmt: skip

    assert done.stdout.startswith(str(environment))
