"""`pieces diff` against revisions of real git repositories, and wheels."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from pieces_cli.building.wheel import build_wheel
from pieces_cli.interpreter import piece_interpreter
from pieces_engine.workspace.folders import require_workspace
from tests.support.repository import committed, git
from tests.support.scaffolding import (
    add_action,
    add_comment,
    made,
    pieces,
    set_version,
    snapshot,
)

ADDED = (
    "Compared with git revision `HEAD`.\n"
    "gelato 0.0.1: too low: name it 0.1.0\n"
    "  Features (1): a minor version\n"
    "    actions.send: the action is new"
    " [action-added: an addition not required does not break]\n"
)


@pytest.fixture
def gelato(gelato: Path, workspace: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The piece, committed."""
    committed(workspace, monkeypatch)
    return gelato


def wheel_of(piece: str) -> Path:
    workspace = require_workspace()
    out = workspace.root / "dist"
    python = piece_interpreter(workspace)
    return build_wheel(workspace.find(piece), python=python, out=out).path


def answer(*args: str) -> tuple[int, Any]:
    """Exit code and document of `pieces diff --json`."""
    result = pieces("diff", "--json", *args)
    return result.exit_code, json.loads(result.stdout)


def test_what_is_as_committed_is_unchanged(gelato: Path) -> None:
    result = pieces("diff")

    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout == (
        "Compared with git revision `HEAD`.\ngelato 0.0.1: unchanged\n\n1 unchanged\n"
    )


def test_a_version_that_is_too_low_is_65_and_the_right_one_is_named(gelato: Path) -> None:
    add_action("gelato", "send")

    result = pieces("diff", "gelato")

    assert result.exit_code == 65
    assert result.stdout.startswith(ADDED)
    assert result.stdout.endswith("is yours to declare.\n\n1 too low\n")


def test_the_right_version_is_ok(gelato: Path) -> None:
    add_action("gelato", "send")
    set_version(gelato, "0.1.0")

    result = pieces("diff")

    assert result.exit_code == 0
    assert "gelato 0.0.1 -> 0.1.0: ok\n" in result.stdout


def test_a_change_of_code_asks_for_a_patch(gelato: Path) -> None:
    add_comment(gelato)

    code, document = answer()

    [piece] = document["data"]["pieces"]
    assert code == 65
    assert (piece["verdict"], piece["lowest"], piece["codeOnly"]) == ("too-low", "0.0.2", True)
    assert piece["comparison"]["changes"] == []


def test_the_document_names_the_version_and_how_to_get_it(gelato: Path) -> None:
    add_action("gelato", "send")

    code, document = answer()

    [piece] = document["data"]["pieces"]
    [problem] = document["problems"]
    assert (code, document["schema"], document["ok"]) == (65, "pieces.diff/1", False)
    assert document["data"]["against"] == "git revision `HEAD`"
    assert (piece["old"], piece["new"], piece["lowest"]) == ("0.0.1", "0.0.1", "0.1.0")
    assert piece["comparison"]["severity"] == "feature"
    assert problem["rule"] == "version-too-low"
    assert problem["path"] == "pieces/custom/gelato/pyproject.toml"
    assert problem["hint"] == "name it 0.1.0 or later: `pieces version gelato`"


def test_a_piece_that_the_revision_lacks_is_new(gelato: Path) -> None:
    made("create", "--name", "sorbet", "--type", "custom")

    result = pieces("diff")

    assert result.exit_code == 0
    assert "gelato 0.0.1: unchanged\nsorbet 0.0.1: new piece\n" in result.stdout


def test_a_piece_that_was_moved_is_found_by_its_package(gelato: Path, workspace: Path) -> None:
    target = workspace / "pieces" / "community" / "gelato"
    gelato.rename(target)

    result = pieces("diff")

    assert result.exit_code == 0
    assert "gelato 0.0.1: unchanged\n" in result.stdout


def test_what_a_piece_links_to_belongs_to_it(
    gelato: Path, workspace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (workspace / "LICENSE").write_text("MIT")
    (gelato / "piece_gelato" / "LICENSE").symlink_to("../../../../LICENSE")
    # What `git archive` would leave out.
    (gelato / ".gitattributes").write_text("*.py export-ignore\n")
    committed(workspace, monkeypatch)

    same = pieces("diff")
    (workspace / "LICENSE").write_text("ISC")
    changed = pieces("diff")

    assert "gelato 0.0.1: unchanged\n" in same.stdout
    assert "gelato 0.0.1: too low: name it 0.0.2\n" in changed.stdout


def test_a_piece_whose_package_is_renamed_is_new(gelato: Path) -> None:
    path = gelato / "pyproject.toml"
    path.write_text(path.read_text().replace('"piece-gelato"', '"piece-ice"'))

    result = pieces("diff")

    assert "gelato 0.0.1: new piece\n" in result.stdout


def test_neither_work_tree_nor_index_is_touched(gelato: Path, workspace: Path) -> None:
    add_action("gelato", "send")
    before, state = snapshot(workspace), git(workspace, "status", "--porcelain")

    pieces("diff", "--against", "main")

    assert git(workspace, "status", "--porcelain") == state
    after = snapshot(workspace)
    assert {path: after[path] for path in after if ".git/" not in path} == {
        path: before[path] for path in before if ".git/" not in path
    }


def test_a_revision_is_any_that_git_takes(
    gelato: Path, workspace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    git(workspace, "tag", "v1")
    # A branch of the name of a folder that exists.
    git(workspace, "branch", "pieces/custom")
    add_action("gelato", "send")
    committed(workspace, monkeypatch)
    git(workspace, "remote", "add", "origin", str(workspace))
    git(workspace, "fetch", "--quiet", "origin")

    codes = {
        revision: pieces("diff", "--against", revision).exit_code
        for revision in ("v1", "pieces/custom", git(workspace, "rev-parse", "v1").strip())
    }

    assert set(codes.values()) == {65}
    assert pieces("diff", "--against", "origin/main").exit_code == 0


@pytest.mark.parametrize(
    "revision", ["nope", "-x", "--help", "pieces/custom", "./dist", " ", "HEAD:pieces", "a\nb"]
)
def test_what_is_no_revision_is_refused(revision: str, gelato: Path) -> None:
    result = pieces("diff", f"--against={revision}")

    assert (result.exit_code, result.stdout) == (2, "")
    if revision.strip():
        assert "is no revision of the git repository" in result.stderr
        assert "hint: give the URL of an instance (`http://…`), a path" in result.stderr


def test_without_a_repository_it_says_what_was_tried(workspace: Path) -> None:
    made("create", "--name", "gelato", "--type", "custom")

    result = pieces("diff", GIT_CEILING_DIRECTORIES=str(workspace.parent))

    assert (result.exit_code, result.stdout) == (2, "")
    assert f"error: git cannot read `{workspace}`: fatal: not a git repository" in result.stderr


def test_without_git_it_says_so(gelato: Path) -> None:
    result = pieces("diff", PATH="/nonexistent")

    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.startswith("error: git cannot be started: No such file or directory\n")


def test_a_piece_that_cannot_be_imported_does_not_stop_the_others(gelato: Path) -> None:
    made("create", "--name", "sorbet", "--type", "custom")
    (gelato / "piece_gelato" / "__init__.py").write_text("import nothing_of_this_name\n")

    result = pieces("diff")
    code, document = answer()

    assert result.exit_code == code == 65
    assert "gelato 0.0.1: failed\nsorbet 0.0.1: new piece\n" in result.stdout
    assert "`nothing_of_this_name` is not installed here" in result.stderr
    assert [piece["verdict"] for piece in document["data"]["pieces"]] == ["failed", "new"]


def test_a_wheel_is_compared_with_its_piece_only(gelato: Path) -> None:
    made("create", "--name", "sorbet", "--type", "custom")
    wheel = wheel_of("gelato")
    add_action("gelato", "send")

    code, document = answer("--against", str(wheel))

    [piece] = document["data"]["pieces"]
    assert (code, piece["piece"], piece["lowest"]) == (65, "gelato", "0.1.0")


def test_a_wheel_of_another_piece_is_refused(gelato: Path) -> None:
    made("create", "--name", "sorbet", "--type", "custom")
    wheel = wheel_of("gelato")

    result = pieces("diff", "sorbet", "--against", str(wheel))

    assert (result.exit_code, result.stdout) == (2, "")
    assert "holds `piece-gelato`, not `piece-sorbet`" in result.stderr


def test_a_wheel_that_is_none_is_refused(gelato: Path, tmp_path: Path) -> None:
    (tmp_path / "a.whl").write_text("no zip")

    missing, broken = (
        pieces("diff", "--against", str(tmp_path / name)) for name in ("b.whl", "a.whl")
    )

    assert (missing.exit_code, broken.exit_code) == (2, 65)
    assert "error: there is no wheel" in missing.stderr


def test_an_instance_that_does_not_answer_is_69(gelato: Path) -> None:
    named = pieces("diff", "--against", "http://127.0.0.1:1")
    configured = pieces("diff", AP_API_URL="http://127.0.0.1:1")

    assert (named.exit_code, configured.exit_code) == (69, 69)
    assert "no answer from `http://127.0.0.1:1/api`" in configured.stderr


@pytest.mark.parametrize(
    "args", [["--markdown", "--json"], ["--against", ""]], ids=["two-forms", "empty"]
)
def test_wrong_usage_is_2(args: list[str], gelato: Path) -> None:
    assert pieces("diff", *args).exit_code == 2


def test_an_unknown_piece_is_an_error(gelato: Path) -> None:
    result = pieces("diff", "--", "-gelato")

    assert result.exit_code == 1
    assert "no piece `-gelato`" in result.stderr


def test_a_lone_piece_is_compared_too(
    gelato: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lone = tmp_path / "lone"
    shutil.copytree(gelato, lone)
    committed(lone, monkeypatch)
    add_comment(lone)
    monkeypatch.chdir(lone)

    result = pieces("diff")

    assert result.exit_code == 65
    assert "gelato 0.0.1: too low: name it 0.0.2\n  Only the code changed;" in result.stdout
