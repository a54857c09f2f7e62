"""Finding the workspace, and the pieces in it."""

from __future__ import annotations

from pathlib import Path

import pytest

from pieces_cli.reporting import shown_path
from pieces_engine.workspace.folders import (
    Workspace,
    WorkspaceError,
    find_workspace,
    require_workspace,
)
from pieces_engine.workspace.pyproject import ProjectFileError
from pieces_framework import PieceNotFoundError

WORKSPACE = "[tool.pieces.workspace]\n"
PIECE = """\
[project]
name = "{distribution}"
version = "{version}"
[project.entry-points.pieces]
{key} = "piece_x:x"
"""


def write(folder: Path, text: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "pyproject.toml").write_text(text, encoding="utf-8")
    return folder


def write_piece(
    folder: Path, distribution: str = "piece-x", version: str = "1.2.3", key: str = "x"
) -> Path:
    return write(folder, PIECE.format(distribution=distribution, version=version, key=key))


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return write(tmp_path / "root", WORKSPACE)


def names(root: Path) -> list[str]:
    return [piece.name for piece in Workspace(root).pieces()]


def test_a_piece_is_described_by_its_project_file(root: Path) -> None:
    folder = write_piece(root / "pieces/custom/google_drive", "piece-google-drive")

    [piece] = Workspace(root).pieces()

    assert (piece.path, piece.name) == (folder, "google_drive")
    assert (piece.distribution, piece.version) == ("piece-google-drive", "1.2.3")
    assert piece.entry_point == "piece_x:x"


def test_pieces_are_found_at_any_depth_but_not_in_what_is_built_or_installed(root: Path) -> None:
    for path in ("a", "custom/b", "custom/deep/er/c", "community/d"):
        write_piece(root / "pieces" / path)
    for path in (".venv/x", "custom/dist/x", "build/x", "custom/node_modules/x"):
        write_piece(root / "pieces" / path)
    write_piece(root / "elsewhere")

    assert names(root) == ["a", "d", "b", "c"]


def test_what_lies_inside_a_piece_is_not_another_piece(root: Path) -> None:
    write_piece(root / "pieces/custom/x")
    write_piece(root / "pieces/custom/x/tests/example")

    assert names(root) == ["x"]


def test_a_project_without_an_entry_point_is_no_piece(root: Path) -> None:
    write(root / "pieces/custom/tool", '[project]\nname = "tool"\nversion = "1.0"\n')

    assert names(root) == []


@pytest.mark.parametrize(
    "name", ["google-drive", "google_drive", "Google.Drive", "acme-drive", "@acme/drive"]
)
def test_a_piece_is_found_by_folder_or_package_however_it_is_spelled(name: str, root: Path) -> None:
    write_piece(root / "pieces/google-drive", "acme-drive")
    write_piece(root / "pieces/other", "piece-other")

    assert Workspace(root).find(name).path.name == "google-drive"


def test_an_unknown_piece_is_answered_with_those_there_are(root: Path) -> None:
    write_piece(root / "pieces/a", "piece-a")
    write_piece(root / "pieces/b", "piece-b")

    with pytest.raises(PieceNotFoundError, match="no piece `c`") as raised:
        Workspace(root).find("c")

    assert raised.value.hint == "there are `a`, `b`"


def test_two_pieces_of_one_name_are_an_error_that_names_both(root: Path) -> None:
    write_piece(root / "pieces/custom/x")
    write_piece(root / "pieces/community/x", "piece-y")

    with pytest.raises(WorkspaceError, match="`pieces/community/x`, `pieces/custom/x`"):
        Workspace(root).find("x")


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("[project", id="no-toml"),
        pytest.param(PIECE.format(distribution="", version="1.0.0", key="x"), id="no-name"),
        pytest.param(PIECE.format(distribution="x", version="1.0", key="x"), id="two-numbers"),
        pytest.param(PIECE.format(distribution="x", version="1.0.0a1", key="x"), id="suffix"),
        pytest.param('[project]\nentry-points.pieces.x = "y:z"\nname = "x"', id="no-version"),
        pytest.param('[project]\nname = "x"\nentry-points.pieces.x = 1', id="no-text"),
        pytest.param('[project]\nentry-points.pieces = {}\nname = "x"', id="no-entry-point"),
        pytest.param(
            '[project]\nentry-points.pieces = {a = "a:a", b = "b:b"}', id="two-entry-points"
        ),
    ],
)
def test_a_broken_project_file_is_an_error_that_names_it(text: str, root: Path) -> None:
    path = write(root / "pieces/custom/x", text) / "pyproject.toml"

    with pytest.raises(ProjectFileError) as raised:
        Workspace(root).pieces()

    assert f"`{path}`" in raised.value.message


def test_a_project_file_that_is_not_utf8_is_an_error(root: Path) -> None:
    (root / "pyproject.toml").write_bytes(b"\xff")

    with pytest.raises(ProjectFileError, match=r"pyproject\.toml` is not valid TOML"):
        find_workspace(root)


def test_a_byte_order_mark_is_ignored(root: Path) -> None:
    write(root, "\ufeff" + WORKSPACE)

    assert find_workspace(root) == Workspace(root)


def test_the_workspace_is_found_from_inside_a_piece(root: Path) -> None:
    write_piece(root / "pieces/custom/x")
    inside = root / "pieces/custom/x/piece_x/actions"
    inside.mkdir(parents=True)

    assert find_workspace(inside) == Workspace(root)


def test_the_nearest_workspace_wins(root: Path) -> None:
    nested = write(root / "nested", WORKSPACE)

    assert find_workspace(nested) == Workspace(nested)


def test_a_piece_outside_a_workspace_stands_for_itself(tmp_path: Path) -> None:
    folder = write_piece(tmp_path / "some-checkout", key="gelato")
    (folder / "src").mkdir()

    workspace = find_workspace(folder / "src")

    assert workspace is not None
    assert workspace == Workspace(folder, is_lone_piece=True)
    assert [piece.name for piece in workspace.pieces()] == ["gelato"]


def test_without_a_workspace_there_is_none(tmp_path: Path) -> None:
    assert find_workspace(tmp_path) is None


def test_requiring_a_workspace_says_how_to_make_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)

    with pytest.raises(WorkspaceError) as raised:
        require_workspace()

    assert raised.value.exit_code == 78
    assert "pieces init" in raised.value.hint


def test_a_broken_piece_does_not_hide_the_others(root: Path) -> None:
    write_piece(root / "pieces" / "custom" / "gelato", "piece-gelato")
    broken = write(root / "pieces" / "custom" / "sorbet", "[project")

    survey = Workspace(root).survey()

    assert [piece.name for piece in survey.pieces] == ["gelato"]
    assert [each.path for each in survey.broken] == [broken]


def test_a_piece_is_found_beside_a_broken_one_which_is_not(root: Path) -> None:
    write_piece(root / "pieces" / "custom" / "gelato", "piece-gelato")
    write(root / "pieces" / "custom" / "sorbet", "[project")
    workspace = Workspace(root)

    assert workspace.find("gelato").distribution == "piece-gelato"
    with pytest.raises(ProjectFileError, match="sorbet"):
        workspace.find("sorbet")


def test_a_misspelled_piece_is_answered_with_the_nearest(root: Path) -> None:
    write_piece(root / "pieces" / "custom" / "gelato", "piece-gelato")

    with pytest.raises(PieceNotFoundError) as caught:
        Workspace(root).find("gelatto")

    assert caught.value.hint == "did you mean `gelato`?"


def test_pieces_behind_links_are_found_once_even_where_a_link_leads_back(root: Path) -> None:
    elsewhere = root.parent / "elsewhere"
    write_piece(elsewhere / "gelato", "piece-gelato")
    (elsewhere / "back").symlink_to(elsewhere)
    (root / "pieces").mkdir(exist_ok=True)
    (root / "pieces" / "custom").symlink_to(elsewhere)

    pieces = Workspace(root).pieces()

    assert [piece.path for piece in pieces] == [root / "pieces" / "custom" / "gelato"]


def test_the_piece_of_the_current_folder_is_known(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = write_piece(root / "pieces" / "custom" / "gelato", "piece-gelato") / "tests"
    folder.mkdir()
    workspace = Workspace(root)

    monkeypatch.chdir(root)
    outside = workspace.piece_around()
    monkeypatch.chdir(folder)
    inside = workspace.piece_around()

    assert outside is None
    assert inside is not None
    assert inside.name == "gelato"


def test_a_path_is_shown_from_the_current_folder_on(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(root)

    assert shown_path(root / "pieces" / "x.py") == "pieces/x.py"
    assert shown_path(root.parent / "x.py") == str(root.parent / "x.py")
