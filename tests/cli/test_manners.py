"""What holds for every command, whatever it does."""

from __future__ import annotations

import json
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from pkgutil import walk_packages
from typing import Any

import pytest

import pieces_cli
from docs.cli_page import Entry
from pieces_framework.errors import PieceError
from tests.support.every_command import COMMANDS, call, ordinary_arguments
from tests.support.plain_pieces import write_piece, write_workspace

SERVE = "pieces serve"
"""It takes the place of this process, and needs no workspace."""
WITHOUT_WORKSPACE = {SERVE, "pieces init", "pieces run"}
"""`init` makes one, and `run` takes an installed piece then."""
LOOKS_BEYOND = {"pieces doctor", "pieces list", "pieces sync"}
"""One broken piece does not keep them from the others."""
ESCAPE = "\x1b"


def each(*, but: set[str]) -> pytest.MarkDecorator:
    commands = [entry for entry in COMMANDS if entry.title not in but]
    return pytest.mark.parametrize("entry", commands, ids=lambda entry: entry.title)


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "here"
    folder.mkdir()
    monkeypatch.chdir(folder)
    monkeypatch.setenv("AP_API_KEY", "sk-" + "k" * 61)
    return folder


@pytest.fixture
def workspace(here: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    root = write_workspace(here / "workspace")
    write_piece(root / "pieces/custom/gelato")
    monkeypatch.chdir(root)
    return root


def only_document(stdout: str) -> Any:  # whatever the command prints
    """The one JSON document that standard output must be, on one line."""
    assert stdout.count("\n") == 1
    document = json.loads(stdout)
    assert set(document) == {"schema", "ok", "data", "problems"}
    return document


@each(but={SERVE})
def test_with_json_a_usage_error_is_one_document(entry: Entry, here: Path) -> None:
    result = call(entry, "--json", "--no-such-option")

    document = only_document(result.stdout)
    assert result.exit_code == 2
    assert (document["ok"], document["data"]) == (False, None)
    assert [problem["rule"] for problem in document["problems"]] == ["usage"]


@each(but=WITHOUT_WORKSPACE)
def test_with_json_a_missing_workspace_is_one_document(entry: Entry, here: Path) -> None:
    result = call(entry, "--json", *ordinary_arguments(entry))

    document = only_document(result.stdout)
    assert result.exit_code == 78
    assert document["ok"] is False
    assert document["problems"][0]["rule"] == "workspace"
    assert "workspace of pieces" in document["problems"][0]["message"]
    assert "pieces init" in document["problems"][0]["hint"]


@each(but={SERVE, "pieces init"})
def test_with_json_ctrl_c_is_one_document(
    entry: Entry, workspace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Path, "cwd", interrupted)  # where each command looks for its workspace

    result = call(entry, "--json", *ordinary_arguments(entry))

    document = only_document(result.stdout)
    assert result.exit_code == 130
    assert [problem["rule"] for problem in document["problems"]] == ["aborted"]


def below(error: type[PieceError]) -> Iterator[type[PieceError]]:
    for each_error in error.__subclasses__():
        yield each_error
        yield from below(each_error)


def test_every_error_has_a_code_of_its_own_by_which_a_document_names_it() -> None:
    for module in walk_packages(pieces_cli.__path__, "pieces_cli."):
        if "__main__" not in module.name and ".templates" not in module.name:
            import_module(module.name)

    ours = [error for error in below(PieceError) if error.__module__.startswith("pieces_cli")]
    assert len(ours) > 10
    assert [error.__name__ for error in ours if error.code == PieceError.code] == []


@each(but={*WITHOUT_WORKSPACE, "pieces doctor"})
def test_a_missing_workspace_is_an_error_with_a_hint(entry: Entry, here: Path) -> None:
    result = call(entry, *ordinary_arguments(entry))

    assert (result.exit_code, result.stdout) == (78, "")
    assert result.stderr == (
        f"error: `{here}` is not in a workspace of pieces\n"
        "hint: make one with `pieces init`, or change into one\n"
    )


@each(but={SERVE, "pieces init", "pieces create", *LOOKS_BEYOND})
def test_a_broken_piece_is_one_clear_error(entry: Entry, workspace: Path) -> None:
    path = workspace / "pieces/custom/gelato/pyproject.toml"
    path.write_text("[project")

    result = call(entry, *ordinary_arguments(entry))

    assert (result.exit_code, result.stdout) == (78, "")
    assert result.stderr.startswith(f"error: `{path}` is not valid TOML: ")
    assert result.stderr.count("error: ") == 1
    assert "\nhint: correct the file" in result.stderr


@each(but={SERVE, "pieces init", "pieces create", "pieces doctor", "pieces sync"})
def test_with_json_a_broken_piece_is_named_by_its_rule(entry: Entry, workspace: Path) -> None:
    (workspace / "pieces/custom/gelato/pyproject.toml").write_text("[project")

    result = call(entry, "--json", *ordinary_arguments(entry))

    [problem] = only_document(result.stdout)["problems"]
    assert problem["rule"] == "project-file"


@each(but={SERVE, "pieces init", "pieces doctor"})
def test_a_broken_workspace_is_one_clear_error(entry: Entry, workspace: Path) -> None:
    path = workspace / "pyproject.toml"
    path.write_text("[tool")

    result = call(entry, *ordinary_arguments(entry))

    assert (result.exit_code, result.stdout) == (78, "")
    assert result.stderr.startswith(f"error: `{path}` is not valid TOML: ")
    assert result.stderr.count("error: ") == 1


@each(but={SERVE, "pieces init"})
def test_without_a_terminal_there_is_no_escape_sequence(entry: Entry, workspace: Path) -> None:
    (workspace / "pieces/custom/gelato/pyproject.toml").write_text("[project")

    result = call(entry, *ordinary_arguments(entry), FORCE_COLOR="", TERM="xterm-256color")

    assert result.output
    assert ESCAPE not in result.output
