"""`pieces create`."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import tomllib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from pieces_cli.changes import FileInTheWayError
from pieces_cli.scaffolding.new_piece import NewPiece, write_piece
from pieces_engine.workspace.folders import require_workspace
from tests.support.scaffolding import made, pieces, snapshot


def test_a_piece_is_made_in_the_folder_of_its_type(workspace: Path) -> None:
    result = made("create", "--name", "google-drive", "--type", "custom")

    folder = workspace / "pieces/custom/google-drive"
    assert result.stdout == (
        "✨  Done!\nThe piece has been generated at: pieces/custom/google-drive\n"
        "Next:\n  actions create --piece google-drive\n  triggers create --piece google-drive\n"
    )
    assert {path for path, content in snapshot(folder).items() if content is not None} == {
        "AGENTS.md",
        "CHANGELOG.md",
        "README.md",
        "piece_google_drive/__init__.py",
        "piece_google_drive/actions/__init__.py",
        "piece_google_drive/py.typed",
        "piece_google_drive/triggers/__init__.py",
        "pyproject.toml",
        "tests/test_piece_google_drive.py",
    }


def test_its_names_follow_from_the_piece_name(workspace: Path) -> None:
    made("create", "--name", "google-drive")

    folder = workspace / "pieces/community/google-drive"
    project = tomllib.loads((folder / "pyproject.toml").read_text())["project"]
    text = (folder / "piece_google_drive/__init__.py").read_text()
    assert (project["name"], project["version"]) == ("piece-google-drive", "0.0.1")
    assert project["entry-points"] == {
        "pieces": {"google-drive": "piece_google_drive:google_drive"}
    }
    assert project["dependencies"] == ["pieces-common~=0.1.0", "pieces-framework~=0.1.0"]
    assert "google_drive = create_piece(\n" in text
    assert 'display_name="Google Drive"' in text
    assert "https://cdn.activepieces.com/pieces/google-drive.png" in text


@pytest.mark.parametrize(
    ("package", "distribution"),
    [
        ("@activepieces/piece-gelato", "piece-gelato"),
        ("@acme/piece-gelato", "acme-piece-gelato"),
        ("Piece-Gelato", "piece-gelato"),
        ("gelato", "gelato"),
    ],
)
def test_the_package_name_becomes_a_distribution(
    package: str, distribution: str, workspace: Path
) -> None:
    made("create", "--name", "gelato", "--package", package)

    text = (workspace / "pieces/community/gelato/pyproject.toml").read_text()
    assert tomllib.loads(text)["project"]["name"] == distribution


@pytest.mark.parametrize(
    "name",
    [
        *("", "Gelato", "my_piece", "a b", ".x", "_x", "-x", "x-", "a--b", "-", "ä", "x\n"),
        *("x" * 215, "../x", "a/b"),
    ],
)
def test_an_invalid_name_is_refused(name: str, workspace: Path) -> None:
    before = snapshot(workspace)

    result = pieces("create", "--name", name)

    assert result.exit_code == 2
    assert result.stderr.startswith(f"error: invalid piece name: {name!r}\nhint: use lower-case")
    assert snapshot(workspace) == before


@pytest.mark.parametrize(
    "package", ["", "@a/b_c", "a.b", "a/b", "@acme", "@/b", "-a", "a-", "@acme/b-", "a b", "ä"]
)
def test_an_invalid_package_name_is_refused(package: str, workspace: Path) -> None:
    before = snapshot(workspace)

    result = pieces("create", "--name", "gelato", "--package", package)

    assert result.exit_code == 2
    assert result.stderr.startswith(f"error: invalid package name: {package!r}\nhint: ")
    assert snapshot(workspace) == before


def test_an_unknown_type_is_a_usage_error(workspace: Path) -> None:
    result = pieces("create", "--name", "gelato", "--type", "private")

    assert result.exit_code == 2
    assert "--type" in result.stderr


def test_a_piece_of_the_other_type_is_in_the_way_too(workspace: Path) -> None:
    made("create", "--name", "gelato", "--type", "custom")
    before = snapshot(workspace)

    result = pieces("create", "--name", "gelato", "--type", "community")

    assert result.exit_code == 1
    assert "error: piece already exists at `" in result.stderr
    assert "pieces/custom/gelato`" in result.stderr
    assert snapshot(workspace) == before


def test_a_package_name_is_given_once(workspace: Path) -> None:
    made("create", "--name", "gelato")
    before = snapshot(workspace)

    result = pieces("create", "--name", "sorbet", "--package", "Piece-Gelato")

    assert result.exit_code == 1
    assert "is the package `piece-gelato` already" in result.stderr
    assert snapshot(workspace) == before


def test_a_folder_that_is_no_piece_is_in_the_way_too(workspace: Path) -> None:
    (workspace / "pieces/community/gelato").mkdir()
    before = snapshot(workspace)

    result = pieces("create", "--name", "gelato")

    assert result.exit_code == 1
    assert "already exists" in result.stderr
    assert snapshot(workspace) == before


def test_outside_a_workspace_the_hint_is_to_make_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)

    result = pieces("create", "--name", "gelato")

    assert result.exit_code == 78
    assert "hint: make one with `pieces init`" in result.stderr
    assert snapshot(tmp_path) == {}


def test_a_single_piece_takes_no_other_piece(gelato: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    alone = gelato.rename(gelato.parents[3] / "alone")
    monkeypatch.chdir(alone)
    before = snapshot(alone)

    result = pieces("create", "--name", "sorbet")

    assert result.exit_code == 78
    assert "is a single piece, not a workspace" in result.stderr
    assert snapshot(alone) == before


def test_what_the_disk_refuses_leaves_nothing_behind(workspace: Path) -> None:
    (workspace / "pieces/custom/.gitkeep").unlink()
    (workspace / "pieces/custom").rmdir()
    (workspace / "pieces/custom").write_text("a file, not a folder")
    before = snapshot(workspace)

    result = pieces("create", "--name", "gelato", "--type", "custom")

    assert result.exit_code == 1
    assert result.stderr.startswith("error: cannot make `")
    assert snapshot(workspace) == before


def test_missing_folders_are_made_again(workspace: Path) -> None:
    for folder in ("custom", "community"):
        (workspace / "pieces" / folder / ".gitkeep").unlink()
        (workspace / "pieces" / folder).rmdir()

    made("create", "--name", "gelato")

    assert (workspace / "pieces/community/gelato/pyproject.toml").is_file()


def test_a_display_name_may_be_given(workspace: Path) -> None:
    made("create", "--name", "gelato", "--display-name", 'The "Ice" \\ Maker {{ x }}')

    folder = workspace / "pieces/community/gelato"
    text = (folder / "piece_gelato/__init__.py").read_text(encoding="utf-8")
    project = tomllib.loads((folder / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert "display_name='The \"Ice\" \\\\ Maker {{ x }}'" in text
    assert "description='The \"Ice\" \\\\ Maker {{ x }} in flows'" in text
    assert project["description"] == 'The "Ice" \\ Maker {{ x }} in flows'


@pytest.mark.parametrize("text", ["", "Two\nLines"])
def test_an_invalid_display_name_is_refused(text: str, workspace: Path) -> None:
    before = snapshot(workspace)

    result = pieces("create", "--name", "gelato", "--display-name", text)

    assert result.exit_code == 2
    assert result.stderr.startswith("error: invalid display name: ")
    assert snapshot(workspace) == before


def test_without_a_terminal_a_name_must_be_given(workspace: Path) -> None:
    result = pieces("create")

    assert result.exit_code == 2
    assert "Missing --name: there is no terminal to ask on." in result.stderr


def test_json_tells_what_was_made(workspace: Path) -> None:
    result = made("create", "--name", "google-drive", "--package", "@acme/drive", "--json")

    document = json.loads(result.stdout)
    data = document["data"]
    created = data.pop("created")
    assert (document["schema"], document["ok"]) == ("pieces.create/1", True)
    assert data == {
        "piece": "google-drive",
        "package": "acme-drive",
        "displayName": "Google Drive",
        "type": "community",
        "path": "pieces/community/google-drive",
        "changed": [],
        "dryRun": False,
    }
    assert set(created) == {
        f"pieces/community/{path.relative_to(workspace / 'pieces/community').as_posix()}"
        for path in (workspace / "pieces/community/google-drive").rglob("*")
        if path.is_file()
    }
    assert "has been generated at" in result.stderr


def test_json_tells_of_a_refusal(workspace: Path) -> None:
    result = pieces("create", "--name", "Gelato", "--json")

    document = json.loads(result.stdout)
    assert (result.exit_code, document["ok"], document["data"]) == (2, False, None)
    [problem] = document["problems"]
    assert problem["rule"] == "invalid-name"
    assert problem["message"] == "invalid piece name: 'Gelato'"


def test_a_dry_run_writes_nothing_and_prints_what_would_be(workspace: Path) -> None:
    before = snapshot(workspace)

    planned = json.loads(made("create", "--name=gelato", "--dry-run", "--json").stdout)["data"]
    printed = made("create", "--name=gelato", "--dry-run").stdout
    assert snapshot(workspace) == before

    done = json.loads(made("create", "--name=gelato", "--json").stdout)["data"]
    assert planned == {**done, "dryRun": True}
    assert printed.splitlines() == [f"would write {path}" for path in done["created"]]


@pytest.mark.parametrize(
    "options",
    [
        pytest.param(["--name=Gelato"], id="name"),
        pytest.param(["--name=gelato", "--package=a_b"], id="package"),
        pytest.param(["--name=sorbet", "--type=custom"], id="folder-in-the-way"),
        pytest.param(["--name=sorbet", "--package=piece-gelato"], id="package-there"),
    ],
)
def test_a_dry_run_refuses_what_a_run_would(options: list[str], workspace: Path) -> None:
    (workspace / "pieces/custom/sorbet").mkdir()
    made("create", "--name", "gelato")

    dry = pieces("create", *options, "--dry-run")

    real = pieces("create", *options)
    assert dry.exit_code == real.exit_code != 0
    assert dry.stderr == real.stderr


def test_a_piece_is_made_from_any_folder_of_the_workspace(
    gelato: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(gelato / "piece_gelato")

    result = made("create", "--name", "sorbet")

    assert "generated at: pieces/community/sorbet\n" in result.stdout
    assert (gelato.parents[1] / "community/sorbet/pyproject.toml").is_file()


KILLED_WHILE_RENDERING = """
import os, signal
from pieces_cli.scaffolding import new_piece
from pieces_cli.main import main

render = new_piece.render_folder

def killed(*args):
    rendered = render(*args)
    assert (rendered / "pyproject.toml").is_file()
    os.kill(os.getpid(), signal.SIGKILL)

new_piece.render_folder = killed
main(["create", "--name", "gelato"])
"""


def test_a_killed_command_leaves_no_piece_and_runs_again(workspace: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", KILLED_WHILE_RENDERING], cwd=workspace, check=False
    )

    assert done.returncode == -signal.SIGKILL
    assert list((workspace / "pieces").rglob("pyproject.toml")) == []
    [left] = workspace.glob(".new-piece-*")
    an_hour_ago = time.time() - 3600
    os.utime(left, (an_hour_ago, an_hour_ago))
    made("create", "--name", "gelato")
    assert not left.exists()


def test_a_folder_that_another_command_renders_in_stays(workspace: Path) -> None:
    (workspace / ".new-piece-a1b2").mkdir()

    made("create", "--name", "gelato")

    assert (workspace / ".new-piece-a1b2").is_dir()


def test_of_two_commands_at_once_one_makes_the_whole_piece(workspace: Path) -> None:
    piece = NewPiece(
        workspace=require_workspace(),
        kind="custom",
        name="gelato",
        distribution="piece-gelato",
        display_name="Gelato",
    )
    with ThreadPoolExecutor(4) as threads:
        runs = [threads.submit(write_piece, piece) for _ in range(4)]
        failures = [error for run in runs if (error := run.exception())]

    assert [type(error) for error in failures] == [FileInTheWayError] * 3
    [written] = [run.result() for run in runs if not run.exception()]
    assert {path for path in piece.folder.rglob("*") if path.is_file()} == set(written)
    assert list(workspace.glob(".new-piece-*")) == []


@pytest.mark.parametrize(
    ("kind", "classifiers", "licence"),
    [
        ("custom", ["Private :: Do Not Upload", "Typing :: Typed"], "LicenseRef-Proprietary"),
        ("community", ["Typing :: Typed"], None),
    ],
)
def test_a_custom_piece_is_kept_off_public_indexes(
    kind: str, classifiers: list[str], licence: str | None, workspace: Path
) -> None:
    made("create", "--name", "gelato", "--type", kind)

    text = (workspace / "pieces" / kind / "gelato/pyproject.toml").read_text()
    project = tomllib.loads(text)["project"]
    assert project["classifiers"] == classifiers
    assert project.get("license") == licence


def test_another_piece_that_is_broken_does_not_matter(gelato: Path) -> None:
    (gelato / "pyproject.toml").write_text("[project.entry-points.pieces]\n")

    made("create", "--name", "sorbet")
