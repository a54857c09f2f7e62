"""`pieces run`: what the form of a piece asks for, and how values are given and answers shown."""

from __future__ import annotations

import json
import sys
from collections.abc import Generator
from pathlib import Path

import pytest
from click.testing import CliRunner

from pieces_cli.main import main
from tests.common.web_server import WebServer, web_server
from tests.support.form_piece import FORM_PIECE
from tests.support.parlour import SECRET, in_workspace, run_parlour, write_piece


@pytest.fixture(autouse=True)
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Generator[Path]:
    with in_workspace(tmp_path, monkeypatch) as root:
        write_piece(root, FORM_PIECE)
        monkeypatch.setenv("KEY", SECRET)
        yield root


@pytest.fixture
def web() -> Generator[WebServer]:
    with web_server() as server:
        yield server


def test_options_are_loaded_by_what_is_given() -> None:
    result = run_parlour(
        "cone", "--load", "topping", "--search", "nu", "--prop", "level:=2", "--auth-env", "KEY"
    )

    assert result.exit_code == 0
    assert json.loads(result.stdout) == {
        "type": "DROPDOWN",
        "options": {"disabled": False, "options": [{"label": "2 nu", "value": 1}]},
    }
    assert "parlour cone topping: done in " in result.stderr


def test_options_without_credentials_say_what_is_needed() -> None:
    result = run_parlour("cone", "--load", "topping", "--json")

    assert json.loads(result.stdout)["data"] == {
        "type": "DROPDOWN",
        "options": {"disabled": True, "options": [], "placeholder": "Connect first"},
    }


def test_dynamic_properties_are_loaded_as_their_metadata() -> None:
    result = run_parlour("cone", "--load", "extras")

    size = {"type": "NUMBER", "displayName": "Size", "required": False}
    assert json.loads(result.stdout) == {"type": "DYNAMIC", "options": {"size": size}}


def test_what_loads_nothing_is_refused_with_what_does() -> None:
    result = run_parlour("cone", "--load", "level")

    assert result.exit_code == 1
    assert "error: `cone` has no property `level` that loads anything" in result.stderr
    assert "hint: those that do are `topping`, `extras`" in result.stderr


def test_a_loader_is_given_no_file(workspace: Path) -> None:
    (workspace / "cone.png").write_text("png")

    result = run_parlour("cone", "--load", "topping", "--prop", "photo@=cone.png")

    assert result.exit_code == 1
    assert "error: `photo`: a loader is not given files" in result.stderr


def test_credentials_are_checked_by_the_piece() -> None:
    result = run_parlour("--check-auth", "--auth-env", "KEY")

    assert (result.exit_code, json.loads(result.stdout)) == (0, {"valid": True, "checked": True})


def test_credentials_that_are_rejected_say_why() -> None:
    result = run_parlour("--check-auth", "--auth-env", "KEY", KEY="bad-key")

    assert (result.exit_code, result.stdout) == (77, "")
    assert "error: `API Key` was refused: nobody has ***" in result.stderr


def test_credentials_that_are_missing_cannot_be_checked() -> None:
    result = run_parlour("--check-auth")

    assert result.exit_code == 77
    assert "`Parlour` needs `API Key`" in result.stderr


def test_a_piece_without_a_check_says_that_nothing_was_checked(workspace: Path) -> None:
    write_piece(workspace, FORM_PIECE.replace(", validate=validate)", ")"))

    result = run_parlour("--check-auth", "--auth-env", "KEY")

    assert json.loads(result.stdout) == {"valid": True, "checked": False}


def test_a_piece_without_auth_has_nothing_to_check(workspace: Path) -> None:
    bare = 'parlour = create_piece(display_name="P", logo_url="", actions=[], triggers=[])'
    write_piece(workspace, f"from pieces_framework import create_piece\n{bare}")

    result = run_parlour("--check-auth")

    assert result.exit_code == 2
    assert "`parlour` asks for no credentials" in result.stderr


def test_a_missing_name_is_answered_with_what_there_is() -> None:
    result = run_parlour()

    assert result.exit_code == 2
    assert "NAME is missing: `parlour` has `cone`, `ask`" in " ".join(result.stderr.split())


def test_a_value_may_be_json() -> None:
    result = run_parlour("cone", "--prop", 'level:={"a": [1, "=", null]}', "--auth-env", "KEY")

    assert json.loads(result.stdout)["level"] == {"a": [1, "=", None]}


def test_a_value_may_lie_in_a_file(workspace: Path) -> None:
    (workspace / "cone.png").write_text("png")
    (workspace / "note.md").write_text("two\nlines", "utf-8")

    result = run_parlour(
        "cone", "--prop", "photo@=cone.png", "--prop", "note@=note.md", "--auth-env", "KEY"
    )

    shown = json.loads(result.stdout)
    assert (shown["photo"], shown["note"]) == (["cone.png", "png"], "two\nlines")


def test_a_value_with_an_at_sign_is_text() -> None:
    result = run_parlour("cone", "--prop", "note=@home", "--auth-env", "KEY")

    assert json.loads(result.stdout)["note"] == "@home"


def test_the_key_may_stand_in_the_workspaces_env_file(workspace: Path) -> None:
    (workspace / ".env").write_text("SPARE_KEY=bad-key\n")

    result = run_parlour("--check-auth", "--auth-env", "SPARE_KEY")

    assert result.exit_code == 77


@pytest.mark.parametrize(
    ("args", "message"),
    [
        pytest.param(["cone", "--prop", "level:=nope"], "--prop level: not JSON", id="json"),
        pytest.param(
            ["cone", "--prop", "photo@=gone"], "--prop photo: `gone` cannot be read", id="no file"
        ),
        pytest.param(
            ["cone", "--prop", "note@=-", "--input", "-"], "can be stdin", id="two stdins"
        ),
        pytest.param(["cone", "--search", "a"], "--search belongs to --load", id="search"),
        pytest.param(["cone", "--load", "topping", "--hook", "run"], "drop --hook", id="load hook"),
        pytest.param(["cone", "--check-auth"], "drop NAME", id="check a name"),
        pytest.param(
            ["--check-auth", "--load", "a", "--prop", "a=b"],
            "drop --prop and --load",
            id="check and more",
        ),
        pytest.param(["cone", "--watch", "--input", "-"], "in place of stdin", id="watch stdin"),
        pytest.param(
            ["cone", "--watch", "--listen", "--replay", "key"],
            "runs until it is stopped: drop --watch and --replay",
            id="listen and watch",
        ),
        pytest.param(
            ["cone", "--record", "a", "--replay", "key"], "not both", id="record and replay"
        ),
    ],
)
def test_options_that_do_not_fit_are_refused(
    workspace: Path, args: list[str], message: str
) -> None:
    (workspace / "key").write_text("{}")

    result = run_parlour(*args, stdin="{}")

    assert (result.exit_code, result.stdout) == (2, "")
    assert message in " ".join(result.stderr.split())


def test_watch_needs_a_piece_of_the_workspace() -> None:
    result = CliRunner().invoke(main, ["run", "gelateria", "cone", "--watch"])

    assert result.exit_code == 1
    assert "no piece `gelateria`" in result.stderr


def test_a_refused_request_shows_what_the_service_said(web: WebServer) -> None:
    body = json.dumps({"message": "no such flavor", "key": SECRET})
    url = web.answer("/cones", body.encode(), status=404)

    result = run_parlour("ask", "--prop", f"url={url}", "--auth-env", "KEY")

    assert result.exit_code == 1
    shown = 'answered 404 Not Found: {"message": "no such flavor", "key": "***"}'
    assert shown in result.stderr
    assert SECRET not in result.output


def test_a_long_answer_is_cut(web: WebServer) -> None:
    url = web.answer("/cones", b"so  long\n" * 1000, status=400)

    result = run_parlour("ask", "--prop", f"url={url}", "--auth-env", "KEY")

    [error] = [line for line in result.stderr.splitlines() if line.startswith("error: ")]
    assert error.endswith("…")
    assert len(error) < 450


@pytest.mark.parametrize("status", [401, 403])
def test_a_service_that_rejects_the_key_ends_like_a_piece_that_does(
    web: WebServer, status: int
) -> None:
    url = web.answer("/cones", status=status)

    result = run_parlour("ask", "--prop", f"url={url}", "--auth-env", "KEY", "--json")

    [problem] = json.loads(result.stdout)["problems"]
    assert (result.exit_code, problem["rule"]) == (77, "connection-rejected")


def test_a_service_that_is_busy_says_how_long_to_wait(web: WebServer) -> None:
    url = web.answer("/cones", b"busy", status=503, headers={"Retry-After": "30"})

    result = run_parlour("ask", "--prop", f"url={url}", "--auth-env", "KEY")

    assert result.exit_code == 75
    assert "answered 503 Service Unavailable: busy" in result.stderr
    assert "hint: the service asks to wait 30 s" in result.stderr


def test_the_check_of_credentials_explains_a_refused_request_too(web: WebServer) -> None:
    url = web.answer("/me", b"who?", status=401)

    result = run_parlour("--check-auth", "--auth-env", "KEY", KEY=url)

    assert result.exit_code == 77
    assert "answered 401 Unauthorized: who?" in result.stderr


def test_http_is_recorded_without_secrets_and_replayed_without_the_service(
    workspace: Path, web: WebServer
) -> None:
    url = web.answer("/cones", b'[{"id": 7}]', headers={"Content-Type": "application/json"})
    args = ["ask", "--prop", f"url={url}?open={SECRET}", "--auth-env", "KEY"]
    recorded = run_parlour(*args, "--record", "cones.json")
    web.answer("/cones", status=500)

    replayed = run_parlour(*args, "--replay", "cones.json")

    assert (recorded.exit_code, replayed.exit_code) == (0, 0)
    assert json.loads(recorded.stdout) == json.loads(replayed.stdout) == [{"id": 7}]
    assert len(web.sent) == 1
    assert SECRET not in (workspace / "cones.json").read_text()


def test_a_request_that_was_not_recorded_fails_the_replay(web: WebServer) -> None:
    url = web.answer("/cones", b"[]")
    run_parlour("ask", "--prop", f"url={url}", "--auth-env", "KEY", "--record", "cones.json")

    args = ["ask", "--prop", f"url={web.url}/cups", "--auth-env", "KEY"]
    result = run_parlour(*args, "--replay", "cones.json")

    assert (result.exit_code, len(web.sent)) == (65, 1)
    assert "/cups` is not recorded in `cones.json`" in result.stderr


@pytest.mark.parametrize("args", [[], ["--json"]], ids=["text", "json"])
def test_a_run_without_requests_writes_no_cassette_but_its_result(
    workspace: Path, args: list[str]
) -> None:
    result = run_parlour("cone", "--auth-env", "KEY", "--record", "cones.json", *args)

    document = json.loads(result.stdout)
    assert (result.exit_code, (document["data"] if args else document)["photo"]) == (65, None)
    assert [problem["rule"] for problem in document.get("problems", [])] == ["cassette"] * len(args)
    assert "`cones.json` is not written: no request was made" in result.stderr
    assert not (workspace / "cones.json").exists()


def test_without_vcrpy_it_is_said_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "vcr.patch", None)

    result = run_parlour("cone", "--auth-env", "KEY", "--record", "cones.json")

    assert (result.exit_code, result.stdout) == (78, "")
    assert f"hint: {sys.executable} -m pip install 'vcrpy" in result.stderr
