"""`pieces run`: what goes in, what comes out, and what is kept."""

from __future__ import annotations

import json
import stat
import sys
from collections.abc import Generator
from pathlib import Path

import pytest

from pieces_cli.commands.run import run
from pieces_engine import HookName
from tests.support.parlour import SECRET, in_workspace, run_parlour


@pytest.fixture(autouse=True)
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Generator[Path]:
    with in_workspace(tmp_path, monkeypatch) as root:
        yield root


def test_an_actions_result_is_all_there_is_on_stdout() -> None:
    result = run_parlour("cone", "--prop", "level=3", "--prop", "topping=Nüsse 🍦")

    assert result.exit_code == 0
    assert result.stdout == ('{\n  "level": 3,\n  "topping": "Nüsse 🍦",\n  "extra": null\n}\n')
    assert result.stderr.startswith("importing parlour\nmaking a cone\nparlour cone: done in ")


def test_the_end_says_which_copy_ran() -> None:
    result = run_parlour("count")

    assert result.stderr.endswith(" s (piece-parlour 0.1.0, pieces/parlour)\n")


@pytest.mark.parametrize("args", [["count"], ["new_order", "--hook", "on_enable"]], ids=" ".join)
def test_a_url_that_is_not_used_is_not_looked_at(args: list[str]) -> None:
    result = run_parlour(*args, AP_FRONTEND_URL="localhost:4200")

    assert result.exit_code == 0


def test_props_are_text_that_the_properties_read() -> None:
    result = run_parlour("cone", "--prop", "level=0x10", "--prop", 'extra={"a=b": [1]}')

    assert json.loads(result.stdout) == {"level": 16, "topping": None, "extra": {"a=b": [1]}}


def test_a_prop_overrides_the_input_file(workspace: Path) -> None:
    (workspace / "in.json").write_text('\ufeff{"level": 1, "topping": "nuts"}', "utf-8")

    result = run_parlour("cone", "--input", "in.json", "--prop", "level=2")

    assert json.loads(result.stdout) == {"level": 2, "topping": "nuts", "extra": None}


def test_the_input_may_come_from_stdin() -> None:
    result = run_parlour("cone", "--input", "-", stdin='{"level": 5}')

    assert json.loads(result.stdout)["level"] == 5


def test_a_text_no_terminal_can_show_is_escaped() -> None:
    result = run_parlour("cone", "--input", "-", stdin=b'{"level": 5, "topping": "\\ud83c"}')

    assert json.loads(result.stdout)["topping"] == "\ud83c"


def test_the_hooks_offered_are_those_of_the_engine() -> None:
    [hook] = [parameter for parameter in run.params if parameter.name == "hook"]

    assert list(hook.to_info_dict()["type"]["choices"]) == [hook.value for hook in HookName]


def test_the_key_may_come_from_a_variable() -> None:
    result = run_parlour("whoami", "--auth-env", "PARLOUR_KEY", PARLOUR_KEY=SECRET)

    assert result.stdout == f"{len(SECRET)}\n"


@pytest.mark.parametrize("ending", ["", "\n", "\r\n"], ids=ascii)
def test_a_key_file_may_end_with_one_new_line(workspace: Path, ending: str) -> None:
    (workspace / "key").write_bytes(f"\ufeff{SECRET}{ending}".encode())

    result = run_parlour("whoami", "--auth-file", "key")

    assert result.stdout == f"{len(SECRET)}\n"


def test_json_wraps_the_result() -> None:
    result = run_parlour("cone", "--prop", "level=1", "--json")

    assert json.loads(result.stdout) == {
        "schema": "pieces.run/1",
        "ok": True,
        "data": {"level": 1, "topping": None, "extra": None},
        "problems": [],
    }
    assert "making a cone" in result.stderr


def test_what_a_piece_stores_is_there_in_the_next_run(workspace: Path) -> None:
    first = run_parlour("count")
    second = run_parlour("count")

    assert (first.stdout, second.stdout) == ("1\n", "2\n")
    assert stat.S_IMODE((workspace / ".pieces").stat().st_mode) == 0o700
    assert (workspace / ".pieces" / "store.db").is_file()


def test_the_store_is_the_workspaces_wherever_one_stands(
    workspace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run_parlour("count")
    monkeypatch.chdir(workspace / "pieces" / "parlour")

    result = run_parlour("count")

    assert result.stdout == "2\n"


def test_a_run_that_stores_nothing_leaves_nothing_behind(workspace: Path) -> None:
    run_parlour("cone", "--prop", "level=1")

    assert not (workspace / ".pieces").exists()


def test_a_trigger_runs_unless_a_hook_is_named() -> None:
    before = run_parlour("new_order")
    enabled = run_parlour("new_order", "--hook", "on_enable")
    after = run_parlour("new_order", "--hook", "run")

    assert json.loads(before.stdout) == [{"after": None}]
    assert enabled.stdout == "null\n"
    assert "parlour new_order on_enable: done" in enabled.stderr
    assert json.loads(after.stdout) == [{"after": "enabled"}]


def test_test_gives_the_samples() -> None:
    result = run_parlour("new_order", "--hook", "test")

    assert json.loads(result.stdout) == [{"id": 0}]


def test_a_webhook_runs_on_a_payload() -> None:
    result = run_parlour(
        "new_visit", "--payload", "-", "--auth-env", "K", stdin='{"id": 1}', K=SECRET
    )

    assert json.loads(result.stdout) == [{"body": {"id": 1}, "query": {}, "key": None, "size": 9}]


@pytest.mark.parametrize(("args", "said"), [([], True), (["--payload", "-"], False)], ids=str)
def test_a_webhook_without_a_payload_is_told_so(args: list[str], *, said: bool) -> None:
    result = run_parlour("new_visit", *args, "--auth-env", "K", stdin="{}", K=SECRET)

    assert ("run: there is no --payload, so it gets an empty request" in result.stderr) == said


def test_disable_sees_the_url_that_enable_saw() -> None:
    args = ["new_visit", "--auth-env", "K", "--public-url", "https://me.example/"]
    enabled = run_parlour(*args, "--hook", "on_enable", K=SECRET)
    disabled = run_parlour(*args, "--hook", "on_disable", K=SECRET)

    [url] = [line.split()[1] for line in enabled.stderr.splitlines() if "enabled" in line]
    assert url.startswith("https://me.example/api/v1/webhooks/")
    assert len(url.rpartition("/")[2]) == 21
    assert f"disabled {url}\n" in disabled.stderr


def test_the_instances_url_serves_when_no_other_is_given() -> None:
    result = run_parlour(
        "new_visit",
        "--auth-env",
        "K",
        "--hook",
        "on_enable",
        K=SECRET,
        AP_FRONTEND_URL="https://front.example",
    )

    assert "enabled https://front.example/api/v1/webhooks/" in result.stderr


def test_outside_a_workspace_an_installed_piece_runs(
    workspace: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    outside = tmp_path_factory.mktemp("outside")
    install(workspace / "pieces" / "parlour")
    monkeypatch.chdir(outside)
    sys.path.insert(0, str(workspace / "pieces" / "parlour"))

    result = run_parlour("count")

    assert result.stdout == "1\n"
    assert result.stderr.endswith(" s (piece-parlour 0.1.0, installed)\n")
    assert (outside / ".pieces" / "store.db").is_file()


def test_the_workspaces_copy_goes_before_the_installed_one(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    site = tmp_path_factory.mktemp("site")
    install(site)
    (site / "piece_parlour.py").write_text("parlour = 'the installed copy'\n")
    sys.path.insert(0, str(site))

    result = run_parlour("count")

    assert result.stdout == "1\n"


def test_a_workspace_without_the_piece_falls_back_to_the_installed_one(workspace: Path) -> None:
    (workspace / "pieces").rename(workspace / "away")
    install(workspace / "away" / "parlour")
    sys.path.insert(0, str(workspace / "away" / "parlour"))

    result = run_parlour("count")

    assert result.stdout == "1\n"


def install(folder: Path) -> None:
    """Make `folder`, put on the path, a place where the piece is installed."""
    info = folder / "piece_parlour-0.1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: piece-parlour\nVersion: 0.1.0\n")
    (info / "entry_points.txt").write_text("[pieces]\nparlour = piece_parlour:parlour\n")
