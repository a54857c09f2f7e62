"""What the commands generate passes the checks its workspace asks for, and its own tests."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.scaffolding import add_action, add_trigger, give_auth, made

NASTY = {
    "Say \"Hi\" to 'Them'": "Both \"kinds\" of 'quotes', and '''three''' of \"\"\"them\"\"\"",
    "Path C:\\new\\{name}": "Back\\slashes \\n and {{ braces }} {% raw %} {# x #}",
    "Two\nLines": "one\ntwo\r\nthree\ttab \x00 \x7f \u2028 \u202e \ufeff",
    "Crème Brûlée 🍦": "日本語 👨‍👩‍👧 \N{EN DASH} '\N{CYRILLIC SMALL LETTER A}' is Cyrillic",
    "Long " + "x" * 60: "very " * 100 + "long",
    "A Name of Words That Is Cut Somewhere in Its Middle": " padded ",
    "Create Action": "",
    "Filter": "Has the name of a builtin",
    "Context": "Has the name of a parameter",
    "Result": "Has the name of a variable in its test",
    "Test Connection": "Begins like a test",
}


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One workspace with every template in every variant: the type checkers start once."""
    root = tmp_path_factory.mktemp("rendered") / "workspace"
    with pytest.MonkeyPatch.context() as patch:
        made("init", root)
        patch.chdir(root)
        for name, kind in (("plain", "custom"), ("google-drive", "community"), ("nasty", "custom")):
            made("create", "--name", name, "--type", kind)
        give_auth(root / "pieces/community/google-drive", "google_drive_auth")
        for name in ("3cx", "class", "json", "piece", "a" * 214):
            made("create", "--name", name)
            assert add_action(name, "Do It").exit_code == 0
        for piece in ("plain", "google-drive"):
            add_parts(piece, {"First Part": "Is the first.", "Part 10": "Sorted", "Part 9": "so"})
        add_parts("nasty", NASTY)
    return root


def add_parts(piece: str, texts: dict[str, str]) -> None:
    """Add an action and both kinds of trigger for each display name and description."""
    for name, description in texts.items():
        results = [
            add_action(piece, name, description),
            add_trigger(piece, f"Poll {name}", "polling", description),
            add_trigger(piece, f"On {name}", "webhook", description),
        ]
        assert [result.exit_code for result in results] == [0, 0, 0], results


def run(cwd: Path, *command: str) -> subprocess.CompletedProcess[str]:
    """Run a tool of our own environment; the output of a failure is in its message."""
    # The tools' own settings of this repository's tests must not reach the workspace's.
    ours = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST")}
    done = subprocess.run(
        [sys.executable, "-m", *command],
        cwd=cwd,
        env=ours,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done


def test_ruff_finds_nothing(workspace: Path) -> None:
    done = run(workspace, "ruff", "check", ".")

    assert "All checks passed!" in done.stdout


def test_ruff_would_format_nothing(workspace: Path) -> None:
    done = run(workspace, "ruff", "format", "--check", ".")

    assert "already formatted" in done.stdout


def test_mypy_finds_nothing(workspace: Path) -> None:
    done = run(workspace, "mypy", ".")

    assert "Success: no issues found" in done.stdout


def test_pyright_finds_nothing(workspace: Path) -> None:
    done = run(workspace, "pyright", "--pythonpath", sys.executable)

    assert "0 errors, 0 warnings" in done.stdout


def test_the_tests_of_all_pieces_pass_together(workspace: Path) -> None:
    done = run(workspace, "pytest", "-q", "-p", "no:cacheprovider")

    assert " passed" in done.stdout


@pytest.mark.parametrize("piece", ["custom/plain", "community/google-drive", "community/class"])
def test_the_tests_of_one_piece_pass_in_its_folder(piece: str, workspace: Path) -> None:
    done = run(workspace / "pieces" / piece, "pytest", "-q", "-p", "no:cacheprovider")

    assert " passed" in done.stdout


def test_every_template_takes_its_defaults(tmp_path: Path) -> None:
    from pieces_cli.scaffold import TEMPLATES, render_files

    rendered = {
        folder.name: render_files(folder.name, {}) for folder in sorted(TEMPLATES.iterdir())
    }

    assert list(rendered) == ["action", "piece", "polling_trigger", "webhook_trigger", "workspace"]
    assert all("{{" not in text for files in rendered.values() for text in files.values())
