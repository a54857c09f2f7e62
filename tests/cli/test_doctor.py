"""`pieces doctor`."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from pieces_cli.doctor import inventory
from pieces_cli.doctor.repository import SYNC_WORKFLOW
from tests.support.plain_pieces import write_piece, write_workspace
from tests.support.scaffolding import pieces
from tests.support.scripted_api import ScriptedApi, scripted_api

KEY = "sk-" + "k" * 61


@pytest.fixture
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    root = write_workspace(tmp_path / "workspace")
    monkeypatch.chdir(root)
    return root


@pytest.fixture
def gelato(workspace: Path) -> Path:
    return write_piece(workspace / "pieces/custom/gelato", dependencies=("click",)).parent


@pytest.fixture
def repository(workspace: Path) -> Path:
    git(workspace, "init")
    (workspace / ".gitignore").write_text(".env\n")
    return workspace


@pytest.fixture
def instance(monkeypatch: pytest.MonkeyPatch) -> Iterator[ScriptedApi]:
    with scripted_api() as api:
        monkeypatch.setenv("AP_API_URL", api.url)
        monkeypatch.setenv("AP_API_KEY", KEY)
        yield api


def git(folder: Path, *args: str) -> None:
    subprocess.run(["git", "-C", folder, *args], check=True, capture_output=True)


def looks(name: str) -> list[tuple[str, str, str]]:
    """The state, message and hint of each look called so."""
    document = json.loads(pieces("doctor", "--json").stdout)
    return [
        (each["state"], each["message"], each["hint"] or "")
        for each in document["data"]["looks"]
        if each["look"] == name
    ]


def test_nothing_needed_is_missing_in_a_workspace_with_a_piece(gelato: Path) -> None:
    result = pieces("doctor")

    assert result.exit_code == 0
    assert "\nmissing" not in result.stdout
    assert "ok       1 piece can be read\n" in result.stdout
    assert "ok       what the pieces depend on is installed\n" in result.stdout


def test_outside_a_workspace_it_says_how_to_make_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)

    result = pieces("doctor")

    assert result.exit_code == 78
    assert (
        "missing  this folder is in no workspace of pieces\n"
        "         hint: make one with `pieces init DIR`, or change into one\n"
    ) in result.stdout
    assert "`piecekit[serve]` is installed" in result.stdout


def test_a_broken_workspace_file_is_named(workspace: Path) -> None:
    (workspace / "pyproject.toml").write_text("[tool")

    [(state, message, _)] = looks("workspace")

    assert state == "missing"
    assert f"`{workspace / 'pyproject.toml'}` is not valid TOML" in message


def test_a_broken_piece_is_named_beside_those_that_can_be_read(gelato: Path) -> None:
    broken = gelato.parent / "brittle/pyproject.toml"
    broken.parent.mkdir()
    broken.write_text("[project")

    (first, second) = looks("piece")

    assert first[0] == "missing"
    assert f"`{broken}` is not valid TOML" in first[1]
    assert second == ("ok", "1 piece can be read", "")


def test_an_empty_workspace_is_only_a_warning(workspace: Path) -> None:
    result = pieces("doctor")

    assert result.exit_code == 0
    assert "warning  there is no piece yet\n" in result.stdout


def test_two_pieces_of_one_name_are_missing_a_name(gelato: Path) -> None:
    write_piece(gelato.parents[1] / "community/gelato")

    found = looks("names")

    assert [(state, message.split()[0]) for state, message, _ in found] == [
        ("missing", "`gelato`"),
        ("missing", "`piece-gelato`"),
    ]


def test_a_dependency_that_is_not_installed_comes_with_its_command(workspace: Path) -> None:
    folder = write_piece(workspace / "pieces/x", dependencies=("no-such-thing>=1", "click")).parent

    [(state, message, hint)] = looks("dependency")

    assert (state, message) == ("missing", "`no-such-thing>=1` of `pieces/x` is not installed")
    assert hint == f"{sys.executable} -m pip install -e {folder}"


@pytest.mark.parametrize(
    ("requirement", "why"),
    [
        ("click", ""),
        ("Click>=8", ""),
        ("no-such-thing; python_version < '3'", ""),
        ("no-such-thing; extra == 'tests'", ""),
        ("no-such-thing", "is not installed"),
        ("click>=", "is no requirement"),
    ],
)
def test_a_requirement_is_met_or_it_is_said_why_not(requirement: str, why: str) -> None:
    assert inventory.unmet(requirement) == why


def test_another_version_does_not_meet_a_requirement() -> None:
    assert inventory.unmet("click<1").startswith("is not met: 8.")


def test_an_interpreter_without_packaging_judges_by_names_alone() -> None:
    asked = {"requirements": {"x": ["click>=1", "tomli; python_version < '3'"]}, "tools": ["ruff"]}

    told = subprocess.run(
        [sys.executable, "-S", inventory.__file__],  # -S: nothing but the standard library
        input=json.dumps(asked),
        capture_output=True,
        text=True,
        check=True,
    )

    answer = json.loads(told.stdout)
    assert answer["unmet"] == {"x": {"click>=1": "is not installed"}}
    assert answer["tools"] == {"ruff": None}


def test_an_environment_without_piecekit_is_a_warning(gelato: Path, workspace: Path) -> None:
    (workspace / ".venv").mkdir()

    (runs, passed_over) = looks("interpreter")

    assert runs[0] == "ok"
    assert passed_over[:2] == (
        "warning",
        f"`{workspace / '.venv'}` has no Piecekit and is passed over",
    )


def environment_that(workspace: Path, command: str) -> None:
    """Make a `.venv` whose interpreter has Piecekit, and answers as a shell's `command` does."""
    python = workspace / ".venv/bin/python"
    python.parent.mkdir(parents=True)
    python.write_text(f'#!/bin/sh\nif [ "$2" = -c ]; then echo /elsewhere; else {command}; fi\n')
    python.chmod(0o755)


def test_tools_that_are_not_installed_are_a_warning_with_one_command(workspace: Path) -> None:
    answer = {"python": "3.11.0", "unmet": {}, "tools": {"pytest": None, "ruff": "1", "mypy": None}}
    environment_that(workspace, f"echo '{json.dumps(answer)}'")

    command = f"{workspace}/.venv/bin/python -m pip install pytest mypy"
    assert looks("tools") == [("warning", "not installed: pytest, mypy", command)]


def test_an_interpreter_that_fails_is_missing_and_says_why(workspace: Path) -> None:
    environment_that(workspace, "echo Traceback >&2; echo 'OSError: broken' >&2; exit 1")

    assert looks("interpreter") == [
        (
            "missing",
            f"`{workspace}/.venv/bin/python` does not answer: OSError: broken",
            "make `.venv` anew",
        )
    ]


def test_an_extra_that_is_not_installed_is_a_warning(
    gelato: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "twine", None)

    found = looks("extra")

    assert found[1] == (
        "warning",
        "`publish-piece` needs `piecekit[publish]`, which is not installed",
        f"{sys.executable} -m pip install 'piecekit[publish]'",
    )


def test_without_git_there_is_a_warning(gelato: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")

    assert [(state, message) for state, message, _ in looks("git")] == [
        ("warning", "git is not installed")
    ]


@pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")
class TestRepository:
    """A workspace and git."""

    def test_a_workspace_outside_of_git_is_a_warning(self, workspace: Path) -> None:
        assert looks("git") == [("warning", f"`{workspace}` is in no git repository", "git init")]

    def test_a_missing_workflow_is_a_warning(self, repository: Path) -> None:
        assert [state for state, _, _ in looks("workflow")] == ["warning"]

    def test_the_workflow_that_publishes_is_found(self, repository: Path) -> None:
        (repository / SYNC_WORKFLOW).parent.mkdir(parents=True)
        (repository / SYNC_WORKFLOW).touch()

        assert looks("workflow") == [("ok", f"`{SYNC_WORKFLOW}` is there", "")]

    def test_a_lone_piece_needs_no_workflow(
        self, gelato: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        checkout = gelato.rename(tmp_path / "checkout")
        git(checkout, "init")
        monkeypatch.chdir(checkout)

        assert [state for state, _, _ in looks("git")] == ["ok"]
        assert looks("workflow") == []

    def test_an_ignored_file_of_settings_is_well(self, repository: Path) -> None:
        (repository / ".env").write_text(f"AP_API_KEY={KEY}\n")

        assert looks("env-file") == [("ok", "`.env` is ignored by git", "")]

    def test_a_file_of_settings_that_git_would_take_is_missing_its_line(
        self, repository: Path
    ) -> None:
        (repository / ".gitignore").unlink()
        (repository / ".env").write_text(f"AP_API_KEY={KEY}\n")

        result = pieces("doctor")

        assert result.exit_code == 78
        assert "missing  `.env` holds values and is not ignored by git\n" in result.stdout
        assert "hint: echo .env >> .gitignore\n" in result.stdout
        assert KEY not in result.output

    def test_a_file_of_settings_that_git_has_asks_for_new_keys(self, repository: Path) -> None:
        (repository / ".env").write_text(f"AP_API_KEY={KEY}\n")
        git(repository, "add", "--force", ".env")

        [(state, message, hint)] = looks("env-file")

        assert (state, message) == ("missing", "`.env` holds values and is kept by git")
        assert hint.endswith("then replace its keys")

    def test_a_file_without_values_may_be_in_git(self, repository: Path) -> None:
        (repository / ".gitignore").unlink()
        (repository / ".env").write_text("# AP_API_KEY=\nAP_API_KEY=\n")

        assert looks("env-file") == []


def test_settings_of_the_instance_that_are_not_set_are_warnings(gelato: Path) -> None:
    assert [(state, message) for state, message, _ in looks("instance")] == [
        ("warning", "AP_API_URL is not set"),
        ("warning", "AP_API_KEY is not set"),
    ]


def test_an_instance_that_takes_the_key_is_well(gelato: Path, instance: ScriptedApi) -> None:
    result = pieces("doctor")

    assert f"ok       `{instance.url}/api` answers, and takes the key\n" in result.stdout
    assert KEY not in result.output
    assert len(instance.looks) == 1
    assert instance.requests == []


def test_a_refused_key_is_missing_and_never_shown(gelato: Path, instance: ScriptedApi) -> None:
    instance.look_status = 401
    instance.look_body = {"code": "AUTHENTICATION", "params": {"message": f"no {KEY}"}}

    result = pieces("doctor")

    assert result.exit_code == 78
    assert f"missing  `{instance.url}/api` refused the API key (401)" in result.stdout
    assert KEY not in result.output


def test_an_instance_that_does_not_answer_is_missing(
    gelato: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AP_API_URL", "http://127.0.0.1:1")
    monkeypatch.setenv("AP_API_KEY", KEY)

    [(state, message, _)] = looks("instance")

    assert state == "missing"
    assert message.startswith("no answer from `http://127.0.0.1:1/api`")


def test_an_address_that_is_none_is_missing(gelato: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AP_API_URL", "pieces.example.com")
    monkeypatch.setenv("AP_API_KEY", KEY)

    assert [state for state, _, _ in looks("instance")] == ["missing"]


def test_for_a_program_the_problems_are_what_is_not_well(gelato: Path, workspace: Path) -> None:
    (workspace / ".env").write_bytes(b"\xff")

    result = pieces("doctor", "--json")

    document = json.loads(result.stdout)
    assert (result.exit_code, document["schema"], document["ok"]) == (78, "pieces.doctor/1", False)
    assert {each["severity"] for each in document["problems"]} == {"error", "warning"}
    assert [each["rule"] for each in document["problems"] if each["severity"] == "error"] == [
        "instance"
    ]
