"""`pieces list`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.support.plain_pieces import write_piece, write_workspace
from tests.support.scaffolding import made, pieces

BROKEN = "[project"


@pytest.fixture
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    root = write_workspace(tmp_path / "workspace")
    monkeypatch.chdir(root)
    return root


@pytest.fixture
def gelato(workspace: Path) -> Path:
    return write_piece(workspace / "pieces/custom/gelato").parent


@pytest.fixture
def broken(gelato: Path, workspace: Path) -> Path:
    folder = workspace / "pieces/community/brittle"
    folder.mkdir(parents=True)
    (folder / "pyproject.toml").write_text(BROKEN)
    return folder


def test_the_pieces_are_listed_by_place(gelato: Path, workspace: Path) -> None:
    write_piece(workspace / "pieces/community/dessert")

    result = made("list")

    assert result.stdout.splitlines() == [
        "PIECE    PACKAGE        VERSION  PATH",
        "dessert  piece-dessert  0.0.1    pieces/community/dessert",
        "gelato   piece-gelato   0.0.1    pieces/custom/gelato",
    ]


def test_they_are_listed_from_inside_a_piece(gelato: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(gelato / "piece_gelato")

    assert "pieces/custom/gelato" in made("list").stdout


def test_a_piece_that_raises_when_imported_is_listed(gelato: Path) -> None:
    (gelato / "piece_gelato/__init__.py").write_text("raise RuntimeError")

    assert "piece-gelato  0.0.1" in made("list").stdout


def test_a_broken_piece_is_listed_and_hides_no_other(broken: Path) -> None:
    result = pieces("list")

    assert result.exit_code == 78
    assert result.stdout.splitlines()[1:] == [
        "brittle  ?             ?        pieces/community/brittle",
        "gelato   piece-gelato  0.0.1    pieces/custom/gelato",
    ]
    assert result.stderr.startswith(f"error: `{broken}/pyproject.toml` is not valid TOML")
    assert "\nhint: " in result.stderr


def test_what_lies_inside_a_broken_piece_is_not_listed(broken: Path) -> None:
    inner = broken / "examples/inner"
    inner.mkdir(parents=True)
    (inner / "pyproject.toml").write_text(BROKEN)

    assert pieces("list").stdout.count("?") == 2


def test_an_empty_workspace_says_how_to_begin(workspace: Path) -> None:
    assert made("list").stdout == "There is no piece yet: make one with `pieces create`.\n"


def test_a_lone_piece_is_listed_by_its_entry_point(
    gelato: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    checkout = gelato.rename(tmp_path / "checkout")
    monkeypatch.chdir(checkout)

    assert made("list").stdout.splitlines()[1] == "gelato  piece-gelato  0.0.1    checkout"


def test_for_a_program_it_is_a_document_with_the_problems(broken: Path, workspace: Path) -> None:
    document = json.loads(pieces("list", "--json").stdout)

    assert (document["schema"], document["ok"]) == ("pieces.list/1", False)
    assert document["data"]["workspace"] == str(workspace)
    assert document["data"]["pieces"] == [
        {
            "piece": "brittle",
            "package": None,
            "version": None,
            "path": "pieces/community/brittle",
        },
        {
            "piece": "gelato",
            "package": "piece-gelato",
            "version": "0.0.1",
            "path": "pieces/custom/gelato",
        },
    ]
    [problem] = document["problems"]
    assert "is not valid TOML" in problem["message"]
