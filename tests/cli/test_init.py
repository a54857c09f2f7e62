"""`pieces init`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from pieces_cli.scaffolding.rendering import TEMPLATES
from tests.support.scaffolding import made, pieces, snapshot

# The one folder in the template is the workspace; what is in it is rendered file by file.
[TEMPLATE] = [path for path in (TEMPLATES / "workspace").iterdir() if path.is_dir()]
KEPT = {".editorconfig", ".gitattributes", ".gitignore", "README.md"}
FILES = {path.relative_to(TEMPLATE).as_posix() for path in TEMPLATE.rglob("*") if path.is_file()}


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def files_below(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}


def test_a_workspace_is_made_where_there_was_nothing(here: Path) -> None:
    result = made("init", "deep/my pieces")

    root = here / "deep/my pieces"
    assert files_below(root) == FILES
    assert {".gitattributes", ".gitignore", "README.md", "pyproject.toml"} < FILES
    assert result.stdout == (
        f"✨  Made a workspace at: {root}\nNext:\n  cd 'deep/my pieces'\n"
        "  pieces create --type custom\n"
    )


def test_the_current_folder_may_hold_other_files(here: Path) -> None:
    (here / "LICENSE").write_text("mine")
    (here / "pieces").mkdir()

    result = made("init")

    assert files_below(here) == {*FILES, "LICENSE"}
    assert "cd " not in result.stdout


def test_secrets_and_what_is_built_are_ignored_by_git(here: Path) -> None:
    made("init")

    ignored = (here / ".gitignore").read_text().splitlines()
    assert {".env", ".venv/", ".pieces/", "/instance/", "dist/"} <= set(ignored)


def test_a_workspace_is_refused(here: Path) -> None:
    made("init")
    before = snapshot(here)

    result = pieces("init")

    assert result.exit_code == 1
    assert result.stderr.startswith(f"error: `{here}` already is a workspace\nhint: ")
    assert snapshot(here) == before


def test_what_a_repository_has_stays_as_it_is(here: Path) -> None:
    own = {
        "README.md": "# Ours\n",
        ".editorconfig": "root = true\n",
        ".gitignore": ".env \n*.log\n",
    }
    for name, text in own.items():
        (here / name).write_text(text)

    result = made("init", "--json")

    data = json.loads(result.stdout)["data"]
    assert files_below(here) == FILES
    assert {name: (here / name).read_text() for name in own} == own
    assert data["kept"] == sorted(own)
    assert data["created"] == sorted(FILES - own.keys())
    assert {".venv/", ".pieces/"} <= set(data["notIgnored"])
    assert ".env" not in data["notIgnored"]
    assert "Yours stay as they are: .editorconfig, .gitignore, README.md\n" in result.stderr
    assert "Add to your .gitignore: .pieces/ " in result.stderr


@pytest.mark.parametrize("place", [".", "piece_gelato", "new/workspace"])
def test_a_folder_of_a_piece_is_refused(place: str, gelato: Path) -> None:
    before = snapshot(gelato)

    result = pieces("init", gelato / place)

    assert result.exit_code == 1
    assert f"error: `{(gelato / place).resolve()}` lies in the piece `gelato`" in result.stderr
    assert snapshot(gelato) == before


@pytest.mark.parametrize("name", sorted(FILES - KEPT - {"pieces/custom/.gitkeep"}))
def test_a_file_in_the_way_is_refused_before_anything_is_written(name: str, here: Path) -> None:
    (here / name).parent.mkdir(parents=True, exist_ok=True)
    (here / name).write_text("# mine\n")
    before = snapshot(here)

    result = pieces("init")

    assert result.exit_code == 1
    assert f"error: `{here / name}` already exists" in result.stderr
    assert snapshot(here) == before


def test_a_file_in_the_place_of_the_folder_is_refused(here: Path) -> None:
    (here / "file").write_text("mine")

    result = pieces("init", "file")

    assert result.exit_code == 1
    assert result.stderr.startswith("error: cannot write ")
    assert snapshot(here) == {"file": b"mine"}


def test_json_tells_what_was_made(here: Path) -> None:
    result = made("init", "mine", "--json")

    document = json.loads(result.stdout)
    assert (document["schema"], document["ok"]) == ("pieces.init/1", True)
    assert document["data"] == {
        "path": str(here / "mine"),
        "created": sorted(FILES),
        "changed": [],
        "kept": [],
        "notIgnored": [],
    }
    assert "Made a workspace at" in result.stderr


def test_json_tells_of_a_refusal(here: Path) -> None:
    made("init")

    result = pieces("init", "--json")

    [problem] = json.loads(result.stdout)["problems"]
    assert result.exit_code == 1
    assert problem["message"] == f"`{here}` already is a workspace"
