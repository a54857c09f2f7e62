"""`pieces sync` when pieces, names, keys or the instance are not as they should be."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result

from pieces_cli.building.wheel import BuiltWheel, build_wheel
from pieces_engine.workspace.folders import PieceFolder
from tests.support.custom_pieces import write_piece
from tests.support.scaffolding import pieces
from tests.support.scripted_api import ScriptedApi, scripted_api

KEY = "sk-0123456789"


@pytest.fixture
def api() -> Iterator[ScriptedApi]:
    with scripted_api() as api:
        yield api


def sync(api: ScriptedApi, *args: str) -> Result:
    return pieces("sync", "--api-url", api.url, *args, AP_API_KEY=KEY)


def outcomes(result: Result) -> dict[str, str]:
    """The outcome of each piece, as `--json` says it."""
    return {each["piece"]: each["outcome"] for each in json.loads(result.stdout)["data"]["pieces"]}


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


def test_a_dry_run_finds_what_cannot_be_built(api: ScriptedApi, custom: Path) -> None:
    spoil(custom, "backend")

    result = sync(api, "--dry-run", "--json")

    assert outcomes(result) == {"spoilt": "failed"}


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


def test_one_distribution_in_two_folders_fails_for_both(api: ScriptedApi, custom: Path) -> None:
    init = write_piece(custom, "gelato")
    init.parents[1].rename(custom / "copy")
    write_piece(custom, "gelato")
    write_piece(custom, "sorbet")

    result = sync(api, "--json")

    assert result.exit_code == 1
    assert outcomes(result) == {"copy": "failed", "gelato": "failed", "sorbet": "uploaded"}
    assert "`pieces/custom/copy`, `pieces/custom/gelato` are all the distribution" in result.stderr


def test_a_name_that_no_instance_takes_fails_alone(api: ScriptedApi, custom: Path) -> None:
    write_piece(custom, "gelato")
    project = write_piece(custom, "long").parents[1] / "pyproject.toml"
    project.write_text(project.read_text().replace("piece-long", "piece-" + "x" * 300))

    result = sync(api, "--json")

    assert result.exit_code == 1
    assert outcomes(result) == {"gelato": "uploaded", "long": "failed"}
    assert "the name of `long` has 306 characters" in result.stderr


@pytest.mark.parametrize("fault", [RuntimeError("odd"), SystemExit(3)])
def test_a_fault_that_nobody_expected_fails_alone(
    fault: BaseException, api: ScriptedApi, custom: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("first", "odd", "third"):
        write_piece(custom, name)

    def build(piece: PieceFolder, **options: Any) -> BuiltWheel:  # as `build_wheel` takes them
        if piece.name == "odd":
            raise fault
        return build_wheel(piece, **options)

    monkeypatch.setattr("pieces_cli.publishing.publisher.build_wheel", build)

    result = sync(api, "--json")

    assert result.exit_code == 1
    assert outcomes(result) == {"first": "uploaded", "odd": "failed", "third": "uploaded"}
    assert "Traceback (most recent call last)" in result.stderr
    assert f"`odd`: an unexpected `{type(fault).__name__}`" in result.stderr


def test_wheels_that_vanish_fail_alone(
    api: ScriptedApi, custom: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_piece(custom, "gelato")

    def build(piece: PieceFolder, **options: Any) -> BuiltWheel:  # as `build_wheel` takes them
        built = build_wheel(piece, **options)
        built.path.unlink()
        return built

    monkeypatch.setattr("pieces_cli.publishing.publisher.build_wheel", build)

    result = sync(api, "--json")

    assert outcomes(result) == {"gelato": "failed"}
    assert "cannot be read again" in result.stderr
    assert "Traceback" not in result.stderr


def test_problems_say_where_they_are_and_nothing_is_ok(api: ScriptedApi, custom: Path) -> None:
    spoil(custom, "toml")

    document = json.loads(sync(api, "--json", "--no-fail-on-error").stdout)

    assert document["ok"] is False
    assert [each["path"] for each in document["problems"]] == ["pieces/custom/spoilt"]


def test_pieces_outside_of_the_custom_folder_are_left_alone(api: ScriptedApi, custom: Path) -> None:
    write_piece(custom.parent / "community", "gelato")

    result = sync(api)

    assert result.exit_code == 0
    assert result.stdout == (
        "There is no piece in pieces/custom/.\n"
        "Not synced, since elsewhere: pieces/community/gelato\n"
    )
    assert api.looks == []


@pytest.mark.parametrize(
    ("folder", "hint"),
    [
        ("community", "publish `pieces/community/gelato` with `pieces publish`"),
        (None, "hint: make one with `pieces create --type custom`"),
    ],
)
def test_a_name_that_no_custom_piece_has_is_explained(
    folder: str | None, hint: str, api: ScriptedApi, custom: Path
) -> None:
    if folder:
        write_piece(custom.parent / folder, "gelato")

    result = sync(api, "gelato")

    assert result.exit_code == 1
    assert "error: no piece `gelato` in " in result.stderr
    assert hint in result.stderr


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


@pytest.mark.usefixtures("no_waits")
def test_an_instance_that_is_busy_is_tried_again(api: ScriptedApi, custom: Path) -> None:
    write_piece(custom, "gelato")
    api.busy = 3

    result = sync(api)

    assert result.exit_code == 0
    assert len(api.looks) == 4


@pytest.mark.usefixtures("no_waits")
def test_an_instance_that_stays_busy_exits_with_75(api: ScriptedApi, custom: Path) -> None:
    write_piece(custom, "gelato")
    api.busy = 4

    result = sync(api)

    assert result.exit_code == 75
    assert len(api.looks) == 4


@pytest.mark.usefixtures("no_waits")
def test_uploads_that_find_the_instance_busy_exit_with_75(api: ScriptedApi, custom: Path) -> None:
    write_piece(custom, "gelato")
    api.status = 503

    result = sync(api)

    assert result.exit_code == 75
    assert len(api.requests) == 4


@pytest.mark.parametrize(
    ("env", "missing"),
    [
        ({"AP_API_KEY": KEY}, "Missing --api-url (or AP_API_URL)"),
        ({"AP_API_URL": "http://127.0.0.1:9"}, "Missing AP_API_KEY"),
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


@pytest.mark.parametrize(
    "body", [[], {}, b"<html>", b"[" * 60000, [{"status": "odd", "previous": None}]]
)
def test_an_answer_of_another_form_is_an_error(
    body: object, api: ScriptedApi, custom: Path
) -> None:
    write_piece(custom, "gelato")
    api.look_body = body

    result = sync(api)

    assert result.exit_code == 1
    assert "gave an answer of another form" in result.stderr
    assert api.requests == []
