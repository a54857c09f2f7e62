"""`pieces sync` when pieces, names, keys or the instance are not as they should be."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import Result

import pieces_cli.commands.sync
from tests.support.custom_pieces import write_piece, write_workspace
from tests.support.scaffolding import pieces
from tests.support.scripted_api import ScriptedApi, scripted_api

KEY = "sk-0123456789"


@pytest.fixture
def api() -> Iterator[ScriptedApi]:
    with scripted_api() as api:
        yield api


@pytest.fixture
def custom(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of custom pieces in a workspace that is the current folder."""
    folder = write_workspace(tmp_path / "workspace")
    monkeypatch.chdir(tmp_path / "workspace")
    return folder


def sync(api: ScriptedApi, *args: str) -> Result:
    return pieces("sync", "--api-url", api.url, *args, AP_API_KEY=KEY)


def spoil(custom: Path, kind: str) -> None:
    init = write_piece(custom, "spoilt")
    project = init.parents[1] / "pyproject.toml"
    if kind == "toml":
        project.write_text("[")
    elif kind == "version":
        project.write_text(project.read_text().replace('"0.1.0"', '"1.0"'))
    elif kind == "files":
        project.write_text(project.read_text().replace('["piece_spoilt"]', '["nowhere"]'))
    elif kind == "import":
        init.write_text("import nowhere")
    else:
        project.write_text(project.read_text().replace("hatchling.build", "setuptools.build_meta"))


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        ("toml", "is not valid TOML"),
        ("version", "'1.0' is not a version"),
        ("files", "the wheel of `spoilt` would not hold `piece_spoilt`"),
        ("import", "`nowhere` is not installed here"),
        ("backend", "names the build backend 'setuptools.build_meta'"),
    ],
)
def test_a_piece_that_fails_does_not_stop_the_others(
    kind: str, said: str, api: ScriptedApi, custom: Path
) -> None:
    write_piece(custom, "first")
    spoil(custom, kind)
    write_piece(custom, "third")

    result = sync(api, "--json")

    document = json.loads(result.stdout)
    found = {each["piece"]: each["outcome"] for each in document["data"]["pieces"]}
    assert result.exit_code == 1
    assert found == {"first": "uploaded", "spoilt": "failed", "third": "uploaded"}
    assert [said in each["message"] for each in document["problems"]] == [True]
    assert "hint: " in result.stderr


def test_failing_may_be_left_without_an_exit_code(api: ScriptedApi, custom: Path) -> None:
    spoil(custom, "import")

    result = sync(api, "--no-fail-on-error")

    assert result.exit_code == 0
    assert "spoilt  0.1.0    failed: `spoilt`: `nowhere` is not installed here" in result.stdout
    assert "error: `spoilt`: " in result.stderr


def test_unknown_names_are_an_error_before_anything_is_done(api: ScriptedApi, custom: Path) -> None:
    write_piece(custom, "gelato")

    result = sync(api, "-p", "gelato", "sorbet", "piece-ice")

    assert result.exit_code == 1
    assert "error: no piece `sorbet`, `piece-ice` in " in result.stderr
    assert "hint: there are `gelato`" in result.stderr
    assert api.looks == []


def test_one_distribution_in_two_folders_is_an_error(api: ScriptedApi, custom: Path) -> None:
    init = write_piece(custom, "gelato")
    init.parents[1].rename(custom / "copy")
    write_piece(custom, "gelato")

    result = sync(api)

    assert result.exit_code == 78
    assert "`pieces/custom/copy`, `pieces/custom/gelato` are all the distribution" in result.stderr
    assert api.looks == []


def test_pieces_outside_of_the_custom_folder_are_left_alone(api: ScriptedApi, custom: Path) -> None:
    write_piece(custom.parent / "community", "gelato")

    result = sync(api)

    assert result.exit_code == 0
    assert result.stdout == "There is no piece in pieces/custom/.\n"
    assert api.looks == []


def test_a_version_with_other_content_that_came_in_between_is_refused(
    api: ScriptedApi, custom: Path
) -> None:
    write_piece(custom, "gelato")
    api.status, api.body = 409, {"code": "VALIDATION", "params": {"sha256": "0" * 64}}

    result = sync(api)

    assert result.exit_code == 1
    assert "the instance has `piece-gelato` 0.1.0 with other content" in result.stderr


@pytest.mark.parametrize("flag", ["--fail-on-error", "--no-fail-on-error"])
def test_a_refused_key_always_fails(flag: str, api: ScriptedApi, custom: Path) -> None:
    write_piece(custom, "gelato")
    api.look_status, api.look_body = 401, {"params": {"message": f"{KEY} is unknown"}}

    result = sync(api, flag)

    assert result.exit_code == 77
    assert "refused the API key (401): *** is unknown" in result.stderr
    assert not Path("dist").exists()


def test_an_instance_that_does_not_answer_always_fails(custom: Path) -> None:
    write_piece(custom, "gelato")
    with socket.create_server(("127.0.0.1", 0)) as unused:
        url = f"http://127.0.0.1:{unused.getsockname()[1]}"

    result = pieces("sync", "--no-fail-on-error", "--api-url", url, AP_API_KEY=KEY)

    assert result.exit_code == 69
    assert f"error: no answer from `{url}/api`: " in result.stderr


@pytest.fixture
def _no_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pieces_cli.commands.sync, "WAITS_S", (0.0, 0.0, 0.0))


@pytest.mark.usefixtures("_no_waits")
def test_an_instance_that_is_busy_is_tried_again(api: ScriptedApi, custom: Path) -> None:
    write_piece(custom, "gelato")
    api.busy = 3

    result = sync(api)

    assert result.exit_code == 0
    assert len(api.looks) == 4


@pytest.mark.usefixtures("_no_waits")
def test_an_instance_that_stays_busy_exits_with_75(api: ScriptedApi, custom: Path) -> None:
    write_piece(custom, "gelato")
    api.busy = 4

    result = sync(api)

    assert result.exit_code == 75
    assert len(api.looks) == 4


@pytest.mark.usefixtures("_no_waits")
def test_uploads_that_find_the_instance_busy_exit_with_75(api: ScriptedApi, custom: Path) -> None:
    write_piece(custom, "gelato")
    api.status = 503

    result = sync(api)

    assert result.exit_code == 75
    assert len(api.requests) == 4


@pytest.mark.parametrize(
    ("env", "missing"),
    [
        ({"AP_API_KEY": KEY}, "Missing --api-url (or AP_API_URL)."),
        ({"AP_API_URL": "http://127.0.0.1:9"}, "AP_API_KEY environment variable is required"),
    ],
)
def test_what_is_missing_is_a_usage_error(env: dict[str, str], missing: str, custom: Path) -> None:
    write_piece(custom, "gelato")

    result = pieces("sync", **env)

    assert result.exit_code == 2
    assert missing in result.stderr


@pytest.mark.parametrize("reason", ["", "  ", "x" * 501])
def test_a_break_needs_a_reason_that_can_be_kept(
    reason: str, api: ScriptedApi, custom: Path
) -> None:
    result = sync(api, "--allow-breaking", reason)

    assert result.exit_code == 2


@pytest.mark.parametrize("body", [[], {}, b"<html>", [{"status": "odd", "previous": None}]])
def test_an_answer_of_another_form_is_an_error(
    body: object, api: ScriptedApi, custom: Path
) -> None:
    write_piece(custom, "gelato")
    api.look_body = body

    result = sync(api)

    assert result.exit_code == 1
    assert "gave an answer of another form" in result.stderr
    assert api.requests == []
