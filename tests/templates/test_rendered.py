"""What the commands generate passes the checks its workspace asks for, and its own tests."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from pieces_cli.scaffolding.rendering import TEMPLATES, render_files
from pieces_framework.checks import Severity, check
from tests.support.checked import files_of
from tests.support.declared_auths import AUTHS, BY_HAND, FORMS
from tests.support.scaffolding import add_action, add_trigger, give_auth, made

NASTY = {
    "Say \"Hi\" to 'Them'": "Both \"kinds\" of 'quotes', and '''three''' of \"\"\"them\"\"\"",
    "Path C:\\new\\{name}": "Back\\slashes \\n and {{ braces }} {% raw %} {# x #}",
    "Two\nLines": "one\ntwo\r\nthree\ttab \x00 \x7f \u2028 \u202e \ufeff",
    "Crème Brûlée 🍦": "日本語 👨‍👩‍👧 \N{EN DASH} '\N{CYRILLIC SMALL LETTER A}' is Cyrillic",
    "Create Action": "",
    "Filter": "Has the name of a builtin",
    "Context": "Has the name of a parameter",
    "Result": "Has the name of a variable in its test",
    "Test Connection": "Begins like a test",
}
NASTY_WITH_AUTH = {
    "Long " + "x" * 60: "very " * 100 + "long",
    "A Name of Words That Is Cut Somewhere in Its Middle": " padded ",
    "Connection": "Has the name of a function in its test",
    "Shop": "Has the name of the class of its connection",
    "It Auth": "Has the name of the auth",
}
NASTY_PIECES = {
    "nasty": ("none", NASTY | NASTY_WITH_AUTH),
    "nasty-custom": ("custom", NASTY_WITH_AUTH),
    "nasty-dict": ("oauth2-dict", NASTY_WITH_AUTH),
}
PLAIN = {"First Part": "Is the first.", "Part 10": "Sorted", "Part 9": "so"}
CAREFUL_NAMES = ("3cx", "class", "json", "piece", "a" * 214)
KINDS = ("community", "custom")


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One workspace with every template in every variant: each tool starts once."""
    root = tmp_path_factory.mktemp("rendered") / "workspace"
    with pytest.MonkeyPatch.context() as patch:
        made("init", root)
        patch.chdir(root)
        for kind in KINDS:
            for auth in ("none", *AUTHS):
                name = f"{kind}-{auth}"
                made("create", "--name", name, "--type", kind)
                declare_auth(root / "pieces" / kind / name, auth)
                add_parts(name, PLAIN if name == "community-secret" else {"First Part": "First."})
        for name, (auth, texts) in NASTY_PIECES.items():
            made("create", "--name", name, "--display-name", 'A "piece" of \\ {{ 日本 }}')
            declare_auth(root / "pieces/community" / name, auth)
            add_parts(name, texts)
        for name in CAREFUL_NAMES:
            made("create", "--name", name)
            declare_auth(root / "pieces/community" / name, "custom" if name != "json" else "none")
            assert add_action(name, "Do It").exit_code == 0
    return root


def declare_auth(piece: Path, auth: str) -> None:
    """Give a new piece the auth of that name, if it is one."""
    if auth == "none":
        return
    give_auth(piece, "it_auth", AUTHS[auth])
    if "from .forms import" in AUTHS[auth]:
        (package_of(piece) / "forms.py").write_text(FORMS)


def package_of(piece: Path) -> Path:
    """The import package of a piece."""
    [package] = piece.glob("piece_*")
    return package


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
    done = run(workspace, "ruff", "format", "--check", "--diff", ".")

    assert "already formatted" in done.stderr


def test_mypy_finds_nothing(workspace: Path) -> None:
    done = run(workspace, "mypy", ".")

    assert "Success: no issues found" in done.stdout


def test_pyright_finds_nothing(workspace: Path) -> None:
    done = run(workspace, "pyright", "--pythonpath", sys.executable)

    assert "0 errors, 0 warnings" in done.stdout


def test_the_tests_of_all_pieces_pass_together(workspace: Path) -> None:
    # The contract suite sees no type of piece, so one of both is enough for it.
    contract = ("-o", "contract_pieces=pieces/community/*")
    done = run(workspace, "pytest", "-q", "-rs", "-p", "no:cacheprovider", *contract)

    # Only where no connection could be made up, an action and both triggers of both types.
    by_hand = len(BY_HAND) * len(KINDS) * 3
    assert " passed" in done.stdout
    assert done.stdout.count("fill in the connection first") == by_hand


@pytest.mark.parametrize("piece", ["custom/custom-custom", "community/class"])
def test_the_tests_of_one_piece_pass_in_its_folder(piece: str, workspace: Path) -> None:
    done = run(workspace / "pieces" / piece, "pytest", "-q", "-p", "no:cacheprovider")

    assert " passed" in done.stdout


def test_no_rule_finds_an_error(workspace: Path) -> None:
    errors = {
        f"{piece.name}: {finding.rule}"
        for piece in workspace.glob("pieces/*/*/")
        for finding in check(files_of(piece), None)
        if finding.severity is Severity.ERROR
    }

    assert errors == set()


def test_every_template_takes_its_defaults() -> None:
    rendered = {
        folder.name: render_files(folder.name, {}) for folder in sorted(TEMPLATES.iterdir())
    }

    assert list(rendered) == ["action", "piece", "polling_trigger", "webhook_trigger", "workspace"]
    assert all(
        "{{ cookiecutter" not in text for each in rendered.values() for text in each.values()
    )
