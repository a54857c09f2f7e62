"""What the command line costs before it does anything."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

HEAVY = [
    "asyncio",
    "cookiecutter",
    "hatchling",
    "httpx",
    "importlib.metadata",
    "jinja2",
    "pieces_common",
    "pieces_engine",
    "pieces_framework",
    "pydantic",
    "requests",
    "rich",
    "subprocess",
    "tempfile",
    "tomllib",
    "uvicorn",
]
LOADED_BY_HELP = """
import sys
from pieces_cli.main import main
try:
    main(["--help"])
finally:
    print(*sys.modules, file=sys.stderr)
"""


def run_python(*args: str, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *args],
        cwd=cwd,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )


def test_help_loads_nothing_heavy() -> None:
    done = run_python("-c", LOADED_BY_HELP)

    loaded = set(done.stderr.split())
    assert "Usage: " in done.stdout
    assert "click" in loaded
    assert sorted(loaded & set(HEAVY)) == []


def test_help_lists_the_commands() -> None:
    done = run_python("-m", "pieces_cli", "--help")

    commands = done.stdout.partition("Commands:\n")[2]
    assert [line.split()[0] for line in commands.splitlines() if line[2] != " "] == [
        "actions",
        "build",
        "create",
        "init",
        "publish",
        "run",
        "serve",
        "triggers",
    ]


def test_version_is_the_distributions() -> None:
    done = run_python("-m", "pieces_cli", "--version")

    assert (done.returncode, done.stdout) == (0, "pieces, version 0.1.0\n")


@pytest.mark.parametrize(
    ("script", "usage"),
    [
        ("pieces", "Usage: pieces [OPTIONS] COMMAND"),
        ("actions", "Usage: actions [OPTIONS] COMMAND"),
        ("triggers", "Usage: triggers [OPTIONS] COMMAND"),
        ("build-piece", "Usage: build-piece [OPTIONS] [NAME]"),
        ("publish-piece-to-api", "Usage: publish-piece-to-api [OPTIONS]"),
    ],
)
def test_each_console_script_is_there(script: str, usage: str) -> None:
    done = subprocess.run(
        [Path(sys.executable).parent / script, "--help"],
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0
    assert done.stdout.startswith(usage)


@pytest.mark.parametrize(
    ("args", "flag"),
    [
        (["create"], "--name"),
        (["actions", "create"], "--piece"),
        (["actions", "create", "--piece", "gelato"], "--name"),
        (["triggers", "create", "--piece", "gelato", "--name", "y"], "--description"),
        (["build"], "--name"),
        (["publish"], "--name"),
    ],
    ids=" ".join,
)
def test_without_a_terminal_nothing_is_asked(args: list[str], flag: str, gelato: Path) -> None:
    done = run_python("-m", "pieces_cli", *args, cwd=gelato)

    assert done.returncode == 2
    assert done.stdout == ""
    assert f"Missing {flag}" in done.stderr or f"or {flag}" in done.stderr
    assert "Enter" not in done.stderr
