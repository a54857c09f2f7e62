"""`pieces test`: one run of pytest over pieces, from any folder, and what it comes to."""

from __future__ import annotations

import json
import shutil
import signal
import sys
from pathlib import Path
from typing import Any

import pytest

from pieces_cli.reporting import NO_PIECE
from pieces_cli.testing.outcomes import read_outcomes
from pieces_cli.testing.pytest_run import NoPytestError, require_pytest
from pieces_cli.testing.report import exit_code, problems
from pieces_engine.workspace.folders import Workspace
from tests.support.command import pieces_command
from tests.support.plain_pieces import write_workspace
from tests.support.scaffolding import made, pieces

PASSES = "def test_passes() -> None:\n    assert True\n"
FAILS = "def test_fails() -> None:\n    assert 1 == 2\n"


@pytest.fixture(scope="module")
def made_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace with two pieces, in a folder whose name has a space."""
    root = tmp_path_factory.mktemp("with a space") / "work space"
    with pytest.MonkeyPatch.context() as patch:
        made("init", root)
        patch.chdir(root)
        made("create", "--name", "gelato", "--type", "custom")
        made("create", "--name", "sorbet", "--type", "community")
    return root


@pytest.fixture
def root(made_once: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of that workspace, which is the current folder."""
    root = tmp_path / "work space"
    shutil.copytree(made_once, root)
    monkeypatch.chdir(root)
    return root


def document(*args: str) -> tuple[int, dict[str, Any]]:
    result = pieces("test", "--json", *args)
    answer: dict[str, Any] = json.loads(result.stdout)
    return result.exit_code, answer


def write_test(folder: Path, name: str, text: str) -> None:
    (folder / "tests" / f"{name}.py").write_text(text)


def test_every_test_and_promise_runs_once(
    root: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(root / "pieces")

    result = pieces("test", "--", "-v", "-p", "no:cacheprovider")

    streamed = capfd.readouterr().out
    names = [line.partition(" ")[0] for line in streamed.splitlines() if " PASSED " in line]
    assert result.exit_code == 0
    assert f"rootdir: {root}\n" in streamed
    assert len(names) == len(set(names))
    for piece in ("community/sorbet", "custom/gelato"):
        assert sum(f"{piece}/pyproject.toml::" in name for name in names) > 5
        assert sum(f"{piece}/tests/" in name for name in names) == 1
    assert [line.partition(":")[0] for line in result.stdout.splitlines()] == ["sorbet", "gelato"]


def test_the_document_counts_by_piece_and_places_each_failure(root: Path) -> None:
    gelato = root / "pieces" / "custom" / "gelato"
    write_test(gelato, "test_more", f"import pytest\n\n{PASSES}\n{FAILS}")
    write_test(gelato, "test_left", "import pytest\n\npytest.skip('', allow_module_level=True)\n")
    write_test(gelato, "test_broken", "import nowhere_at_all\n")

    code, answer = document("--", "-k", "passes or fails")

    [sorbet, counted] = answer["data"]["pieces"]
    assert (code, answer["schema"], answer["ok"]) == (1, "pieces.test/1", False)
    assert sorbet["piece"] == "sorbet"
    assert counted.pop("durationSeconds") > 0
    assert counted == {
        "piece": "gelato",
        "package": "piece-gelato",
        "passed": 1,
        "failed": 2,
        "skipped": 0,
    }
    assert [(each["path"], each["line"]) for each in answer["problems"]] == [
        ("pieces/custom/gelato/tests/test_broken.py", None),
        ("pieces/custom/gelato/tests/test_more.py", 6),
    ]
    assert "nowhere_at_all" in answer["problems"][0]["message"]
    assert "assert 1 == 2" in answer["problems"][1]["message"]


def test_only_the_named_piece_is_tested(root: Path) -> None:
    write_test(root / "pieces" / "custom" / "gelato", "test_more", FAILS)

    code, answer = document("sorbet")

    assert code == 0
    assert [each["piece"] for each in answer["data"]["pieces"]] == ["sorbet"]


def test_a_broken_promise_is_placed_in_the_code(root: Path) -> None:
    init = root / "pieces" / "custom" / "gelato" / "piece_gelato" / "__init__.py"
    lines = len(init.read_text().splitlines())
    init.write_text(init.read_text() + "print('declared')\n")

    code, answer = document("gelato", "--", "-m", "contract")

    [problem] = [each for each in answer["problems"] if "import-prints" in each["message"]]
    assert code == 1
    assert problem["path"] == "pieces/custom/gelato/piece_gelato/__init__.py"
    assert problem["line"] == lines + 1


def test_a_lone_piece_is_tested_with_its_own_settings(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lone = tmp_path / "a lone piece"
    shutil.copytree(root / "pieces" / "custom" / "gelato", lone)
    monkeypatch.chdir(lone / "piece_gelato")

    code, answer = document()

    [counted] = answer["data"]["pieces"]
    assert (code, counted["failed"]) == (0, 0)
    assert counted["passed"] > 6


def test_no_test_is_a_failure_with_a_hint(root: Path) -> None:
    result = pieces("test", "gelato", "--", "-k", "nothing_is_called_so")

    assert result.exit_code == 1
    assert result.stderr.startswith("error: no test has run\nhint: ")


def test_a_workspace_without_a_piece_passes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(write_workspace(tmp_path / "workspace"))

    result = pieces("test")

    assert (result.exit_code, result.stdout) == (0, f"{NO_PIECE}\n")


def test_a_piece_that_is_not_installed_and_has_no_conftest_is_imported(root: Path) -> None:
    gelato = root / "pieces" / "custom" / "gelato"
    for conftest in (root / "conftest.py", gelato / "conftest.py"):
        conftest.unlink(missing_ok=True)
    write_test(gelato, "test_import", f"import piece_gelato\n\n{PASSES}")

    code, answer = document("gelato", "--", "-k", "test_import")

    assert (code, answer["data"]["pieces"][0]["passed"]) == (0, 1)


def test_an_argument_that_pytest_refuses_is_a_usage_error(root: Path) -> None:
    code, answer = document("gelato", "--", "--no-such-option")

    assert code == 2
    assert [each["rule"] for each in answer["problems"]] == ["usage"]


def test_an_unknown_piece_is_an_error(root: Path) -> None:
    result = pieces("test", "nougat")

    assert result.exit_code == 1
    assert "no piece `nougat`" in result.stderr


def test_an_interpreter_without_pytest_is_named_with_what_mends_it(tmp_path: Path) -> None:
    python = tmp_path / "python"
    python.write_text(f'#!/bin/sh\nexec "{sys.executable}" -S "$@"\n')
    python.chmod(0o755)

    with pytest.raises(NoPytestError, match=f"`{python}` has no pytest") as raised:
        require_pytest(python)

    assert raised.value.exit_code == 78
    assert f"`{python} -m pip install pytest" in raised.value.hint


def test_the_tests_do_not_see_the_key_of_the_instance(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AP_API_KEY", "sk-hush")
    write_test(
        root / "pieces" / "custom" / "gelato",
        "test_key",
        "import os\n\ndef test_no_key() -> None:\n    assert 'AP_API_KEY' not in os.environ\n",
    )

    code, answer = document("gelato", "--", "-k", "no_key")

    assert (code, answer["data"]["pieces"][0]["passed"]) == (0, 1)


def test_an_interrupt_ends_pytest_too(root: Path) -> None:
    waiting = "import os, time\n\ndef test_waits(capfd) -> None:\n    with capfd.disabled():\n"
    waiting += "        print(f'\\nwaiting in {os.getpid()}', flush=True)\n    time.sleep(60)\n"
    write_test(root / "pieces" / "custom" / "gelato", "test_waits", waiting)

    with pieces_command(
        "test", "gelato", "--json", "--", "-k", "waits", "-p", "no:cacheprovider", cwd=root
    ) as command:
        process = int(command.wait_for("waiting in "))
        command.send(signal.SIGINT)
        code, stdout = command.end()

    assert code == 130
    assert json.loads(stdout)["problems"][0]["rule"] == "aborted"
    assert not Path(f"/proc/{process}").exists()


@pytest.mark.parametrize(
    ("of_pytest", "ours"), [(0, 0), (1, 1), (2, 1), (3, 1), (4, 2), (5, 1), (-2, 130), (-9, 1)]
)
def test_exit_codes_of_pytest_become_ours(of_pytest: int, ours: int, tmp_path: Path) -> None:
    run = read_outcomes(tmp_path / "never-written", of_pytest)

    assert exit_code(run) == ours
    assert bool(problems(Workspace(tmp_path), run)) is bool(of_pytest)
