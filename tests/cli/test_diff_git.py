"""`pieces diff` and what git does with files: line ends, filters, branches, what is gone."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.support.repository import committed, git
from tests.support.scaffolding import add_action, made, pieces

SLOW = """
import os, pathlib, time
pathlib.Path({path!r}).write_text(str(os.getpid()))
time.sleep(600)
"""


@pytest.fixture
def gelato(gelato: Path, workspace: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The piece, committed."""
    committed(workspace, monkeypatch)
    return gelato


def document(*args: str) -> Any:
    return json.loads(pieces("diff", "--json", *args).stdout)


def module(piece: Path) -> Path:
    return piece / "piece_gelato" / "__init__.py"


def test_line_ends_of_a_checkout_are_no_change(gelato: Path, workspace: Path) -> None:
    git(workspace, "config", "core.autocrlf", "true")
    for path in gelato.rglob("*.py"):
        path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))

    assert "gelato 0.0.1: unchanged\n" in pieces("diff").stdout


def test_attributes_that_are_not_committed_make_no_change(gelato: Path, workspace: Path) -> None:
    (workspace / ".gitattributes").write_text("*.py text eol=crlf\n")

    assert "gelato 0.0.1: unchanged\n" in pieces("diff").stdout


def test_what_a_filter_makes_of_a_file_is_no_change(
    gelato: Path, workspace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = gelato / "piece_gelato" / "flavors.dat"
    (workspace / ".gitattributes").write_text("*.dat filter=large\n")
    git(workspace, "config", "filter.large.clean", "sed s/whole/pointer/")
    git(workspace, "config", "filter.large.smudge", "exit 1")
    data.write_text("whole")
    committed(workspace, monkeypatch)

    same = pieces("diff")
    data.write_text("other")

    assert "gelato 0.0.1: unchanged\n" in same.stdout
    assert "gelato 0.0.1: too low: name it 0.0.2\n" in pieces("diff").stdout


def test_what_is_committed_though_ignored_is_no_change(
    gelato: Path, workspace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (gelato / ".gitignore").unlink(missing_ok=True)
    (workspace / ".gitignore").write_text("*.json\n")
    data = gelato / "piece_gelato" / "flavors.json"
    data.write_text("{}")
    git(workspace, "add", "--force", str(data))
    committed(workspace, monkeypatch)

    assert "gelato 0.0.1: unchanged\n" in pieces("diff").stdout


@pytest.mark.parametrize("name", ["GIT_DIR", "GIT_COMMON_DIR", "GIT_INDEX_FILE"])
def test_the_variables_of_a_hook_lead_to_no_other_repository(
    name: str, gelato: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, str(tmp_path / "nowhere"))

    assert pieces("diff").exit_code == 0


def test_a_branch_is_compared_with_where_head_left_it(
    gelato: Path, workspace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    git(workspace, "switch", "--quiet", "--create", "other")
    add_action("gelato", "send")
    committed(workspace, monkeypatch)
    left = git(workspace, "rev-parse", "main").strip()[:12]
    git(workspace, "switch", "--quiet", "main")
    (workspace / "NOTES.md").write_text("ours\n")
    committed(workspace, monkeypatch)

    result = pieces("diff", "--against", "other")

    assert result.stdout.startswith(
        f"Compared with git revision `other`, where `HEAD` left it ({left}).\n"
        "gelato 0.0.1: unchanged\n"
    )


def test_a_piece_that_could_not_be_imported_then_is_a_warning(
    gelato: Path, workspace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = module(gelato).read_text()
    module(gelato).write_text("import nothing_of_this_name\n")
    committed(workspace, monkeypatch)
    module(gelato).write_text(now)

    result = pieces("diff")

    assert result.exit_code == 0
    assert "gelato 0.0.1: cannot be compared\n" in result.stdout
    assert "warning: in git revision `HEAD`: `gelato`: `nothing_of_this_name` is" in result.stderr
    [problem] = document()["problems"]
    assert (problem["rule"], problem["severity"]) == ("not-compared", "warning")


def test_a_project_that_could_not_be_read_then_is_not_called_new(
    gelato: Path, workspace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = gelato / "pyproject.toml"
    now = path.read_text()
    path.write_text("[project\n")
    committed(workspace, monkeypatch)
    path.write_text(now)

    result = pieces("diff")

    assert "gelato 0.0.1: cannot be compared\n" in result.stdout
    assert "`pieces/custom/gelato/pyproject.toml` is not valid TOML" in result.stderr


def test_a_piece_in_a_submodule_is_not_called_new(
    gelato: Path, workspace: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    apart = tmp_path / "apart"
    gelato.rename(apart)
    committed(apart, monkeypatch)
    committed(workspace, monkeypatch)
    where = "pieces/custom/gelato"
    git(workspace, "-c", "protocol.file.allow=always", "submodule", "add", str(apart), where)
    committed(workspace, monkeypatch)

    result = pieces("diff")

    assert "gelato 0.0.1: cannot be compared\n" in result.stdout
    assert f"`{where}` is a submodule" in result.stderr


def test_of_two_folders_of_one_package_it_is_the_one_that_stays(
    gelato: Path, workspace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy = workspace / "a" / "gelato"
    shutil.copytree(gelato, copy)
    (copy / "piece_gelato" / "more.py").write_text("")
    committed(workspace, monkeypatch)

    stays = pieces("diff")
    gelato.rename(workspace / "pieces" / "custom" / "ice")
    moved = pieces("diff")

    assert "gelato 0.0.1: unchanged\n" in stays.stdout
    assert "ice 0.0.1: cannot be compared\n" in moved.stdout
    assert "is the package of `a/gelato`, `pieces/custom/gelato`" in moved.stderr


def test_a_piece_that_is_gone_is_named(gelato: Path) -> None:
    made("create", "--name", "sorbet", "--type", "custom")
    shutil.rmtree(gelato)

    result = pieces("diff")
    [sorbet, gone] = document()["data"]["pieces"]

    assert (result.exit_code, result.stderr) == (0, "warning: `gelato` is gone\n")
    assert "sorbet 0.0.1: new piece\ngelato 0.0.1: gone\n" in result.stdout
    assert (sorbet["verdict"], gone["verdict"]) == ("new", "gone")
    assert (gone["piece"], gone["old"], gone["new"]) == ("gelato", "0.0.1", None)
    assert "| gelato | 0.0.1 |  | gone |" in pieces("diff", "--markdown").stdout


def test_when_the_last_piece_is_gone_that_is_no_error(gelato: Path) -> None:
    shutil.rmtree(gelato)

    result = pieces("diff")

    assert result.exit_code == 0
    assert "gelato 0.0.1: gone\n" in result.stdout


def test_a_workspace_without_a_piece_is_no_error(
    workspace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    committed(workspace, monkeypatch)

    result = pieces("diff")

    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout == (
        f"There is no piece in `{workspace}`, and git revision `HEAD` has none either.\n"
    )


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_it_and_leaves_nothing(
    number: signal.Signals, gelato: Path, tmp_path: Path
) -> None:
    scratch, begun = tmp_path / "scratch", tmp_path / "begun"
    scratch.mkdir()
    os.mkfifo(begun)  # so that reading it waits for the import to begin
    module(gelato).write_text(SLOW.format(path=str(begun)))
    process = subprocess.Popen(
        [sys.executable, "-m", "pieces_cli", "diff"],
        env={**os.environ, "TMPDIR": str(scratch)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )

    child = int(begun.read_text())
    process.send_signal(number)
    code = process.wait(timeout=40)

    assert code == 128 + number
    assert list(scratch.iterdir()) == []
    with pytest.raises(ProcessLookupError):
        os.kill(child, 0)
