"""What the command line costs before it does anything, and that it never waits for an answer."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from docs.cli_page import Entry, console_scripts
from pieces_cli.main import main
from tests.support.every_command import COMMANDS, call
from tests.support.plain_pieces import write_piece, write_workspace

SLOW_OF_PYTHON = {
    "asyncio",
    "concurrent.futures",
    "email",
    "http.client",
    "importlib.metadata",
    "logging",
    "socket",
    "ssl",
    "subprocess",
    "tempfile",
    "tomllib",
    "urllib.request",
    "zipfile",
}
"""Modules of Python's own that take long to load."""
LIBRARIES_OF_HELP = {"click", "pieces_cli", "typing_extensions"}
LOADED_BY_HELP = """
import sys
before = set(sys.modules)
import click
from pieces_cli.main import main

def show(command, words):
    try:
        command.main([*words, "--help"], prog_name="pieces", standalone_mode=False)
    finally:
        print(*(sys.modules.keys() - before), file=sys.stderr)

def words_below(command, words):
    yield words
    for name, each in getattr(command, "commands", {}).items():
        yield from words_below(each, [*words, name])

for words in words_below(main, []):
    show(main, words)
"""
LOADED_BY_LIST = """
import sys
before = set(sys.modules)
from pieces_cli.main import main
main(["list"], standalone_mode=False)
print(*(sys.modules.keys() - before), file=sys.stderr)
"""
ANSWERS_ITSELF = {"pieces serve", "pieces test"}
"""One takes the place of this process, the other runs the piece's tests."""
ENDS = {0, 1, 2, 65, 69, 78}
"""How a command may end to which nothing is given; 1 is `init` where a workspace is already."""


@pytest.fixture
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    root = write_workspace(tmp_path / "workspace")
    write_piece(root / "pieces/custom/gelato")
    monkeypatch.chdir(root)
    return root


def libraries(loaded: set[str]) -> set[str]:
    """The packages that are none of Python's own."""
    return {name.partition(".")[0] for name in loaded} - sys.stdlib_module_names


def test_no_help_loads_anything_heavy() -> None:
    done = subprocess.run(
        [sys.executable, "-c", LOADED_BY_HELP], capture_output=True, text=True, check=True
    )

    loaded = set(done.stderr.split())
    assert done.stdout.count("Usage: pieces") > len(COMMANDS)
    assert libraries(loaded) == LIBRARIES_OF_HELP
    assert sorted(loaded & SLOW_OF_PYTHON) == []


def test_a_list_of_pieces_loads_no_library_but_click(workspace: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", LOADED_BY_LIST], capture_output=True, text=True, check=True
    )

    loaded = set(done.stderr.split())
    assert "piece-gelato" in done.stdout
    assert libraries(loaded) == {*LIBRARIES_OF_HELP, "pieces_engine", "pieces_framework"}
    assert sorted(loaded & SLOW_OF_PYTHON) == ["tomllib"]


def test_help_lists_the_commands() -> None:
    result = CliRunner().invoke(main, ["--help"])

    commands = result.stdout.partition("Commands:\n")[2]
    assert [line.split()[0] for line in commands.splitlines() if line[2] != " "] == [
        "actions",
        "build",
        "check",
        "create",
        "diff",
        "doctor",
        "i18n",
        "init",
        "list",
        "publish",
        "publish-piece",
        "run",
        "serve",
        "sync",
        "test",
        "triggers",
        "version",
    ]


def test_version_is_the_distributions() -> None:
    result = CliRunner().invoke(main, ["--version"])

    assert (result.exit_code, result.stdout) == (0, "pieces, version 0.1.0\n")


@pytest.mark.parametrize(("script", "command"), console_scripts().items(), ids=str)
def test_each_console_script_is_installed(script: str, command: click.Command) -> None:
    done = subprocess.run(
        [Path(sys.executable).parent / script, "--help"],
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0
    assert done.stdout.startswith(f"Usage: {script} [OPTIONS]")
    assert (command.help or "").partition("\n")[0] in done.stdout


@pytest.mark.parametrize(
    "entry",
    [entry for entry in COMMANDS if entry.title not in ANSWERS_ITSELF],
    ids=lambda entry: entry.title,
)
def test_without_a_terminal_no_command_waits_for_an_answer(entry: Entry, workspace: Path) -> None:
    result = call(entry)

    assert result.exit_code in ENDS, result.output
    assert isinstance(result.exception, SystemExit | None), result.exception
    assert "Enter the " not in result.output
    assert "Select the " not in result.output
    assert "\x1b" not in result.output


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
def test_without_a_terminal_the_missing_flag_is_named(
    args: list[str], flag: str, workspace: Path
) -> None:
    result = CliRunner().invoke(main, args)

    assert result.exit_code == 2
    assert result.stdout == ""
    assert f"Missing {flag}" in result.stderr or f"or {flag}" in result.stderr


def test_with_nothing_on_standard_input_nothing_is_asked(workspace: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "pieces_cli", "create"],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 2
    assert done.stdout == ""
    assert "Missing --name" in done.stderr
