"""What goes into the archives of a piece: the files of its folder, and no secrets."""

from __future__ import annotations

import subprocess
import tarfile
import zipfile
from pathlib import Path
from typing import Final

import pytest

from tests.support.scaffolding import made, pieces

SDIST: Final = "piece_gelato-0.0.1.tar.gz"
WHEEL: Final = "piece_gelato-0.0.1-py3-none-any.whl"
INIT: Final = "piece_gelato/__init__.py"


def in_wheel(workspace: Path) -> set[str]:
    with zipfile.ZipFile(workspace / "dist" / WHEEL) as archive:
        return set(archive.namelist())


def in_sdist(workspace: Path) -> set[str]:
    with tarfile.open(workspace / "dist" / SDIST) as archive:
        return {name.partition("/")[2] for name in archive.getnames()}


@pytest.mark.parametrize(
    ("setting", "key"),
    [
        ("[tool.hatch.build.hooks.custom]\npath = 'x.py'", "tool.hatch.build.hooks"),
        (
            "[tool.hatch.build.targets.wheel.hooks.custom]\npath = 'x.py'",
            "tool.hatch.build.targets.wheel.hooks",
        ),
        ("[tool.hatch.build]\nreproducible = false", "tool.hatch.build.reproducible"),
        ("[tool.hatch.metadata.hooks.custom]\npath = 'x.py'", "tool.hatch.metadata.hooks"),
        (
            "[tool.hatch.build.targets.wheel.shared-data]\n'README.md' = 'x'",
            "tool.hatch.build.targets.wheel.shared-data",
        ),
    ],
)
def test_more_than_the_files_of_the_folder_is_refused(setting: str, key: str, gelato: Path) -> None:
    path = gelato / "pyproject.toml"
    path.write_text(f"{path.read_text()}\n{setting}\n")

    result = pieces("build", "gelato")

    assert result.exit_code == 65
    assert f"has `{key}`" in result.stderr


def test_settings_of_hatch_beside_the_project_file_are_refused(gelato: Path) -> None:
    (gelato / "hatch.toml").write_text("[build.hooks.custom]\n")

    result = pieces("build", "gelato")

    assert result.exit_code == 65
    assert "hatch.toml` has settings of the build" in result.stderr


def test_another_build_backend_is_refused(gelato: Path) -> None:
    path = gelato / "pyproject.toml"
    path.write_text(path.read_text().replace("hatchling.build", "setuptools.build_meta"))

    result = pieces("build", "gelato")

    assert result.exit_code == 65
    assert "names the build backend 'setuptools.build_meta'" in result.stderr


@pytest.mark.parametrize("place", [".", "piece_gelato/out"])
def test_an_output_folder_among_the_sources_is_refused(
    place: str, gelato: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(gelato)

    result = pieces("build", "--out", place)

    assert result.exit_code == 65
    assert "would be packed the next time" in result.stderr


SECRETS: Final = (".env", ".env.local", ".pieces/state.json", "piece_gelato/.env")


def test_what_is_private_is_in_no_archive(gelato: Path, workspace: Path) -> None:
    for place in SECRETS:
        (gelato / place).parent.mkdir(exist_ok=True)
        (gelato / place).write_text("AP_API_KEY=sk-secret")

    made("build", "gelato", "--sdist")

    packed = in_sdist(workspace) | in_wheel(workspace)
    assert INIT in packed
    assert not packed & set(SECRETS)


def git(folder: Path, *args: str) -> None:
    subprocess.run(["git", "-C", folder, *args], check=True, capture_output=True)


def test_a_file_that_git_ignores_is_refused(gelato: Path, workspace: Path) -> None:
    git(workspace, "init")
    (gelato / "piece_gelato" / ".gitignore").write_text("account.json")
    (gelato / "piece_gelato" / "account.json").write_text("{}")

    result = pieces("build", "gelato")

    assert result.exit_code == 65
    assert "would hold what git ignores: `piece_gelato/account.json`" in result.stderr


def test_a_tracked_file_is_packed_though_git_would_ignore_it(gelato: Path, workspace: Path) -> None:
    git(workspace, "init")
    (workspace / ".gitignore").write_text("*.json")
    (gelato / "piece_gelato" / "flavors.json").write_text("{}")
    git(gelato, "add", "--force", "piece_gelato/flavors.json")

    made("build", "gelato")

    assert "piece_gelato/flavors.json" in in_wheel(workspace)


def test_the_sdist_leaves_out_what_git_ignores(gelato: Path, workspace: Path) -> None:
    git(workspace, "init")
    (workspace / ".gitignore").write_text("notes.txt")
    (gelato / "notes.txt").write_text("mine")

    made("build", "gelato", "--sdist")

    assert "notes.txt" not in in_sdist(workspace)


def test_a_workspace_that_git_ignores_as_a_whole_is_built(gelato: Path, workspace: Path) -> None:
    git(workspace.parent, "init")
    (workspace.parent / ".gitignore").write_text(f"/{workspace.name}/")

    made("build", "gelato")

    assert (workspace / "dist" / WHEEL).is_file()


def test_a_link_to_the_settings_file_is_not_packed(gelato: Path, workspace: Path) -> None:
    (workspace / ".env").write_text("AP_API_KEY=sk-planted\n")
    (gelato / "piece_gelato" / "notes.txt").symlink_to(workspace / ".env")

    made("build", "gelato")

    assert "piece_gelato/notes.txt" not in in_wheel(workspace)
