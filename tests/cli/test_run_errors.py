"""`pieces run` when something is wrong: the exit code, the words, and never the key."""

from __future__ import annotations

import json
from collections.abc import Generator
from pathlib import Path

import pytest
from click.testing import CliRunner

from pieces_cli.main import main
from tests.support.parlour import SECRET, in_workspace, run_parlour, write_piece


@pytest.fixture(autouse=True)
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Generator[Path]:
    with in_workspace(tmp_path, monkeypatch) as root:
        yield root


@pytest.mark.parametrize(
    ("args", "stdin", "message"),
    [
        pytest.param(["cone", "--prop", "level"], b"", "'level' is not NAME=TEXT", id="no ="),
        pytest.param(["cone", "--prop", "=3"], b"", "'=3' is not NAME=TEXT", id="no name"),
        pytest.param(["cone", "--input", "-"], b"{", "`-` is not JSON", id="broken json"),
        pytest.param(["cone", "--input", "-"], b'{"a": NaN}', "NaN is not JSON", id="nan"),
        pytest.param(["cone", "--input", "-"], b"[1]", "is not a JSON object", id="a list"),
        pytest.param(["cone", "--input", "-"], b"\xff", "is not UTF-8 text", id="not text"),
        pytest.param(["cone", "--input", "gone"], b"", "'gone' does not exist", id="no file"),
        pytest.param(
            ["cone", "--prop", "levle=3"],
            b"",
            "--prop: `cone` has no property `levle`; did you mean `level`?",
            id="misspelt prop",
        ),
        pytest.param(
            ["cone", "--prop", "zzz=3"],
            b"",
            "--prop: `cone` has no property `zzz`; it has `level`, `topping`, `extra`",
            id="unknown prop",
        ),
        pytest.param(
            ["cone", "--record", "gone/cone.json"],
            b"",
            "--record: there is no folder",
            id="nowhere to record to",
        ),
        pytest.param(
            ["whoami", "--prop", "a=b"], b"", "no property `a`; it has none", id="no props at all"
        ),
        pytest.param(
            ["cone", "--input", "-", "--auth-file", "-"], b"", "can be stdin", id="two stdins"
        ),
        pytest.param(
            ["whoami", "--auth-env", "NO_SUCH_KEY"], b"", "`NO_SUCH_KEY` is not set", id="no key"
        ),
        pytest.param(["whoami", "--auth-file", "-"], b"\n", "`-` is empty", id="empty key file"),
        pytest.param(
            ["whoami", "--auth-file", "-", "--auth-env", "KEY"], b"", "not both", id="two keys"
        ),
        pytest.param(["cone", "--hook", "run"], b"", "`cone` is an action", id="hook of an action"),
        pytest.param(["new_order", "--hook", "start"], b"", "'on_enable'", id="unknown hook"),
        pytest.param(
            ["new_order", "--payload", "-"], b"", "of a webhook trigger", id="payload of polling"
        ),
        pytest.param(
            ["new_visit", "--hook", "test", "--payload", "-"],
            b"",
            "goes with the hook `run`",
            id="payload of test",
        ),
        pytest.param(["cone", "--listen"], b"", "for webhook triggers", id="listen for an action"),
        pytest.param(
            ["new_order", "--listen"], b"", "`new_order` is none", id="listen for polling"
        ),
        pytest.param(
            ["new_visit", "--listen", "--hook", "run"], b"", "drop --hook", id="listen and a hook"
        ),
        pytest.param(["new_visit", "--port", "1"], b"", "belong to --listen", id="stray port"),
        pytest.param(["new_visit", "--limit", "1"], b"", "belong to --listen", id="stray limit"),
        pytest.param(
            ["new_visit", "--public-url", "example.com"],
            b"",
            "--public-url: 'example.com' does not begin with http://",
            id="url without a scheme",
        ),
        pytest.param(
            ["new_visit", "--hook", "on_enable"], b"", "AP_FRONTEND_URL", id="enable without a url"
        ),
    ],
)
def test_a_wrong_command_line_is_told_what_is_wrong(
    args: list[str], stdin: bytes, message: str
) -> None:
    result = run_parlour(*args, stdin=stdin)

    assert result.exit_code == 2
    assert message in " ".join(result.stderr.split())
    assert result.stdout == ""


@pytest.mark.parametrize("args", [[], ["--hook", "on_enable"], ["--listen"]], ids=" ".join)
def test_a_bad_url_from_the_environment_is_blamed_on_its_variable(args: list[str]) -> None:
    result = run_parlour(
        "new_visit", *args, "--auth-env", "KEY", KEY=SECRET, AP_FRONTEND_URL="localhost:4200"
    )

    assert result.exit_code == 2
    assert "AP_FRONTEND_URL: 'localhost:4200' does not begin" in " ".join(result.stderr.split())
    assert "--public-url:" not in result.stderr


def test_bad_values_are_all_named() -> None:
    result = run_parlour("cone", "--prop", "extra=1")

    assert result.exit_code == 1
    assert result.stderr.endswith(
        "error: `level`: is required\n"
        "error: `extra`: Expected JSON, received: 1\n"
        "hint: for `cone` pass --prop NAME=VALUE or --input FILE\n"
    )


def test_unknown_names_are_told_what_there_is() -> None:
    near = run_parlour("cones")
    far = run_parlour("zzz")
    piece = CliRunner().invoke(main, ["run", "parlor", "cone"])

    assert (near.exit_code, far.exit_code, piece.exit_code) == (1, 1, 1)
    assert "hint: did you mean `cone`?" in near.stderr
    assert "hint: it has `cone`, `shout`" in far.stderr
    assert "hint: did you mean `parlour`?" in piece.stderr


def test_a_missing_key_is_asked_for() -> None:
    result = run_parlour("whoami")

    assert result.exit_code == 77
    assert "`whoami` needs `API Key`" in result.stderr
    assert "--auth-env" in result.stderr


@pytest.mark.parametrize("as_json", [[], ["--json"]], ids=["text", "json"])
@pytest.mark.parametrize("action", ["spill", "refuse"])
def test_no_error_shows_the_key(action: str, as_json: list[str]) -> None:
    result = run_parlour(action, "--auth-env", "KEY", *as_json, KEY=SECRET)

    assert result.exit_code == 1
    assert "***" in result.output
    assert SECRET not in result.output


def test_an_authors_exception_comes_with_its_line(workspace: Path) -> None:
    result = run_parlour("spill", "--auth-env", "KEY", KEY=SECRET)

    file = workspace / "pieces" / "parlour" / "piece_parlour" / "__init__.py"
    lines = result.stderr.splitlines()
    assert lines[1] == "Traceback (most recent call last):"
    assert f'File "{file}"' in lines[2]
    assert lines[-1] == "error: `spill` raised ValueError: spilled *** everywhere"


@pytest.mark.parametrize(
    ("args", "exit_code", "rule", "messages"),
    [
        pytest.param(
            ["cone", "--prop", "extra=1"],
            1,
            "props",
            ["`level`: is required", "`extra`: Expected JSON, received: 1"],
            id="values",
        ),
        pytest.param(
            ["gone"],
            1,
            "entity-not-found",
            ["`Parlour` has no action or trigger `gone`"],
            id="name",
        ),
        pytest.param(
            ["whoami"],
            77,
            "connection-rejected",
            ["`whoami` needs `API Key`, and no connection was given"],
            id="key",
        ),
        pytest.param(
            ["cone", "--prop", "x"],
            2,
            "usage",
            ["Invalid value for '--prop': 'x' is not NAME=TEXT, NAME:=JSON or NAME@=FILE"],
            id="usage",
        ),
    ],
)
def test_json_reports_errors_in_the_same_document(
    args: list[str], exit_code: int, rule: str, messages: list[str]
) -> None:
    result = run_parlour(*args, "--json")

    document = json.loads(result.stdout)
    assert result.exit_code == exit_code
    assert (document["schema"], document["ok"], document["data"]) == ("pieces.run/1", False, None)
    assert [problem["rule"] for problem in document["problems"]] == [rule] * len(messages)
    assert [problem["message"] for problem in document["problems"]] == messages
    assert set(document["problems"][0]) == {
        "rule",
        "severity",
        "path",
        "line",
        "message",
        "hint",
    }


def test_json_says_where_in_the_piece_it_failed(workspace: Path) -> None:
    result = run_parlour("spill", "--auth-env", "KEY", "--json", KEY=SECRET)

    file = workspace / "pieces" / "parlour" / "piece_parlour" / "__init__.py"
    [problem] = json.loads(result.stdout)["problems"]
    lines = file.read_text().splitlines()
    assert (problem["rule"], problem["path"]) == (
        "author-code",
        "pieces/parlour/piece_parlour/__init__.py",
    )
    assert "raise ValueError" in lines[problem["line"] - 1]


def test_json_says_where_the_piece_called_a_library_that_failed(workspace: Path) -> None:
    write_piece(workspace, _FAILING_LIBRARY)

    result = run_parlour("load", "--json")

    [problem] = json.loads(result.stdout)["problems"]
    assert (problem["path"], problem["line"]) == ("pieces/parlour/piece_parlour/__init__.py", 9)


_FAILING_LIBRARY = """
import json

from pieces_framework import create_action, create_piece


@create_action(name="load", display_name="Load", description="")
def load(context):
    return json.loads("{")


parlour = create_piece(display_name="Parlour", logo_url="", actions=[load], triggers=[])
"""


@pytest.mark.parametrize("args", [["run", "parlour", "cone", "--json"], ["build", "parlour"]])
@pytest.mark.parametrize(
    ("source", "message"),
    [
        pytest.param("parlour = 1", "`piece_parlour:parlour` is int, not a piece", id="int"),
        pytest.param("parlour =", "is not valid Python: invalid syntax", id="syntax"),
        pytest.param("parlour = gone", "raised NameError: name 'gone'", id="name"),
        pytest.param("raise SystemExit(3)", "raised SystemExit: 3", id="exit"),
        pytest.param("other = 1", "`piece_parlour` has no `parlour`", id="no-object"),
    ],
)
def test_a_piece_that_cannot_be_imported_ends_any_command_alike(
    workspace: Path, args: list[str], source: str, message: str
) -> None:
    write_piece(workspace, source)

    result = CliRunner().invoke(main, args)

    assert result.exit_code == 65
    assert message in result.output


@pytest.mark.parametrize("command", [["run", "parlour", "cone"], ["build", "parlour"]])
def test_a_dependency_that_is_missing_is_named_with_the_line_that_wants_it(
    workspace: Path, command: list[str]
) -> None:
    write_piece(workspace, "import gone")

    result = CliRunner().invoke(main, command)

    assert "`gone` is not installed here" in result.stderr
    assert f"{Path('piece_parlour', '__init__.py')}:1" in result.stderr
    assert f"-m pip install -e {workspace / 'pieces'}" in result.stderr


@pytest.mark.parametrize(
    "args",
    [
        pytest.param(["cone", "--bogus"], id="unknown option"),
        pytest.param(["new_order", "--hook", "start"], id="unknown hook"),
        pytest.param(["cone", "--input", "gone"], id="no file"),
        pytest.param([], id="no name"),
    ],
)
def test_a_line_that_cannot_be_read_is_reported_in_json_too(args: list[str]) -> None:
    done = CliRunner().invoke(main, ["run", "parlour", *args, "--json"])

    document = json.loads(done.stdout)
    assert (done.exit_code, document["ok"]) == (2, False)
    assert [problem["rule"] for problem in document["problems"]] == ["usage"]
