"""`pieces version`: the number and the changelog entry of a piece's next version."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.support.repository import committed
from tests.support.scaffolding import add_action, made, pieces, snapshot
from tests.support.terminal import at_terminal


@pytest.fixture
def gelato(gelato: Path, workspace: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The piece with one action, committed as 0.0.1, and with another action since."""
    add_action("gelato", "send")
    committed(workspace, monkeypatch)
    add_action("gelato", "list")
    return gelato


def project(piece: Path) -> str:
    return (piece / "pyproject.toml").read_text()


def changelog(piece: Path) -> str:
    return (piece / "CHANGELOG.md").read_text()


def break_it(piece: Path) -> None:
    """Take the first action away."""
    path = piece / "piece_gelato" / "__init__.py"
    path.write_text(path.read_text().replace("        send,\n", ""))


def test_the_lowest_legal_version_is_written_with_an_entry(gelato: Path) -> None:
    before = project(gelato)

    result = pieces("version", "gelato")

    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout == "gelato 0.0.1 -> 0.1.0\n\n## 0.1.0\n\n- Added the action *list*.\n"
    assert project(gelato) == before.replace('version = "0.0.1"', 'version = "0.1.0"')
    assert changelog(gelato) == (
        "# Changelog\n\nWhat users of the piece see change, newest version first.\n\n"
        "## 0.1.0\n\n- Added the action *list*.\n\n## 0.0.1\n\n- The piece exists.\n"
    )


def test_the_second_time_nothing_changes(gelato: Path, workspace: Path) -> None:
    made("version", "gelato")
    before = snapshot(workspace)

    result = made("version", "gelato")

    assert result.stdout == (
        "gelato 0.1.0: it may follow 0.0.1 (git revision `HEAD`); it stays as it is\n"
    )
    assert snapshot(workspace) == before


def test_a_version_that_never_came_out_leaves_no_section(gelato: Path) -> None:
    path = gelato / "piece_gelato" / "__init__.py"
    now = path.read_text()
    path.write_text(now.replace("        list_,\n", ""))
    made("version", "gelato", "--bump", "patch")
    path.write_text(now)

    made("version", "gelato")

    assert "## 0.0.2" not in changelog(gelato)
    assert "## 0.1.0\n\n- Changes inside the piece.\n- Added the action *list*.\n\n## 0.0.1" in (
        changelog(gelato)
    )


def test_what_is_printed_has_no_escapes(gelato: Path) -> None:
    path = gelato / "piece_gelato" / "actions" / "list.py"
    path.write_text(path.read_text().replace('"list"', '"list_all"'))

    result = made("version", "gelato")

    assert "- Added the action *list_all*.\n" in result.stdout
    assert "*list\\_all*" in changelog(gelato)


def test_a_dry_run_writes_nothing(gelato: Path, workspace: Path) -> None:
    before = snapshot(workspace)

    result = made("version", "gelato", "--dry-run")

    assert result.stdout.startswith("gelato 0.0.1 -> 0.1.0 (not written)\n\n## 0.1.0\n")
    assert snapshot(workspace) == before


def test_the_document_holds_both_versions_and_the_entry(gelato: Path) -> None:
    document = json.loads(made("version", "gelato", "--json").stdout)

    assert document["schema"] == "pieces.version/1"
    assert document["data"] == {
        "piece": "gelato",
        "package": "piece-gelato",
        "published": "0.0.1",
        "old": "0.0.1",
        "new": "0.1.0",
        "entry": "## 0.1.0\n\n- Added the action *list*.",
        "dryRun": False,
    }


@pytest.mark.parametrize(
    ("bump", "version"), [("minor", "0.1.0"), ("major", "1.0.0"), ("auto", "0.1.0")]
)
def test_a_bump_counts_from_the_published_version(bump: str, version: str, gelato: Path) -> None:
    made("version", "gelato", "--bump", bump)

    assert f'version = "{version}"' in project(gelato)


def test_a_bump_that_is_too_low_is_refused_by_what_breaks(gelato: Path, workspace: Path) -> None:
    break_it(gelato)
    before = snapshot(workspace)

    result = pieces("version", "gelato", "--bump", "patch")

    assert (result.exit_code, result.stdout) == (65, "")
    assert "a breaking change at `actions.send`, the action is gone; and 1 more" in result.stderr
    assert "hint: name it 0.1.0 or later" in result.stderr
    assert snapshot(workspace) == before


def test_a_bump_lowers_no_version(gelato: Path) -> None:
    path = gelato / "pyproject.toml"
    path.write_text(project(gelato).replace('"0.0.1"', '"2.0.0"'))

    result = made("version", "gelato", "--bump", "minor")

    assert "gelato 2.0.0: it may follow 0.0.1" in result.stdout
    assert 'version = "2.0.0"' in project(gelato)


def test_a_break_is_called_so_in_the_changelog(gelato: Path) -> None:
    break_it(gelato)

    made("version", "gelato")

    assert "- Breaking: removed the action *send*.\n- Added the action *list*.\n" in changelog(
        gelato
    )


def test_a_change_of_code_gets_a_patch(
    gelato: Path, workspace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    committed(workspace, monkeypatch)
    path = gelato / "piece_gelato" / "__init__.py"
    path.write_text(f"{path.read_text()}# more\n")

    made("version", "gelato")

    assert 'version = "0.0.2"' in project(gelato)
    assert "## 0.0.2\n\n- Changes inside the piece.\n" in changelog(gelato)


def test_a_new_piece_stays_as_it_is(gelato: Path) -> None:
    made("create", "--name", "sorbet", "--type", "custom")

    result = made("version", "sorbet", "--bump", "major")

    assert result.stdout == (
        "sorbet 0.0.1: new, as git revision `HEAD` has none; it stays as it is\n"
    )


def test_in_a_piece_s_folder_it_is_that_piece(
    gelato: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(gelato / "piece_gelato")

    assert made("version", "--dry-run").stdout.startswith("gelato 0.0.1 -> 0.1.0 (not written)")


def test_elsewhere_without_a_terminal_the_piece_must_be_named(gelato: Path) -> None:
    result = pieces("version")

    assert (result.exit_code, result.stdout) == (2, "")
    assert "Missing PIECE: there is no terminal to ask on." in result.stderr


def test_elsewhere_at_a_terminal_it_asks(gelato: Path, workspace: Path) -> None:
    answers = [("Enter the piece folder name", "gelato")]

    done = at_terminal("version", "--dry-run", cwd=workspace, answers=answers)

    assert done.returncode == 0
    assert done.stdout.startswith("gelato 0.0.1 -> 0.1.0 (not written)")


def test_a_missing_changelog_is_made(gelato: Path) -> None:
    (gelato / "CHANGELOG.md").unlink()

    made("version", "gelato")

    assert changelog(gelato) == "# Changelog\n\n## 0.1.0\n\n- Added the action *list*.\n"


@pytest.mark.parametrize("content", [b"\xff\xfe", None], ids=["not-utf-8", "a-folder"])
def test_a_changelog_that_cannot_be_read_leaves_both_files(
    content: bytes | None, gelato: Path
) -> None:
    path = gelato / "CHANGELOG.md"
    path.unlink()
    if content is None:
        path.mkdir()
    else:
        path.write_bytes(content)
    before = project(gelato)

    result = pieces("version", "gelato")

    assert result.exit_code == 78
    assert f"`{path}`" in result.stderr
    assert project(gelato) == before


def test_line_ends_and_marks_of_both_files_are_kept(gelato: Path) -> None:
    for name in ("pyproject.toml", "CHANGELOG.md"):
        text = (gelato / name).read_text().replace("\n", "\r\n")
        (gelato / name).write_bytes(f"\ufeff{text}".encode())

    made("version", "gelato")

    for name in ("pyproject.toml", "CHANGELOG.md"):
        content = (gelato / name).read_bytes()
        assert content.startswith(b"\xef\xbb\xbf")
        assert content.count(b"\n") == content.count(b"\r\n")
        assert b"0.1.0" in content


def test_a_link_stays_a_link(gelato: Path, workspace: Path) -> None:
    target = workspace / "GELATO.md"
    (gelato / "CHANGELOG.md").rename(target)
    (gelato / "CHANGELOG.md").symlink_to(target)

    made("version", "gelato")

    assert (gelato / "CHANGELOG.md").is_symlink()
    assert "## 0.1.0\n" in target.read_text()
