"""`pieces publish`, also `publish-piece-to-api`, against scripted answers."""

from __future__ import annotations

import hashlib
import json
import socket
import sys
from collections.abc import Generator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from pieces_cli.building.wheel import build_wheel
from pieces_cli.main import publish_piece_to_api
from pieces_cli.publishing.answers import InstanceApiError, UnreachableError
from pieces_cli.publishing.client import InstanceClient, PresentQuery
from pieces_cli.publishing.instance_address import api_address
from pieces_cli.workspace import require_workspace
from pieces_framework import PieceError
from pieces_framework.artifact import read_piece_wheel
from tests.support.scaffolding import pieces
from tests.support.scripted_api import ScriptedApi, scripted_api

KEY = "sk-0123456789"
WHEEL = "piece_gelato-0.0.1-py3-none-any.whl"


@pytest.fixture
def api() -> Generator[ScriptedApi]:
    with scripted_api() as api:
        yield api


def publish(api: ScriptedApi, key: str = KEY) -> Result:
    return pieces("publish", "--name", "gelato", "--api-url", api.url, AP_API_KEY=key)


def test_the_wheel_is_uploaded_with_what_it_is(
    api: ScriptedApi, gelato: Path, workspace: Path
) -> None:
    result = publish(api)

    path = workspace / "dist" / WHEEL
    [request] = api.requests
    assert result.exit_code == 0
    assert result.stdout == (
        f"Piece 'gelato' built and packed successfully at {path}\n"
        f"Uploading {path}\n"
        "Piece 'piece-gelato' published.\n"
    )
    assert request.path == "/api/v1/pieces"
    assert request.authorization == f"Bearer {KEY}"
    assert request.filenames == {"pieceArchive": WHEEL}
    assert request.fields == {
        "pieceName": b"piece-gelato",
        "pieceVersion": b"0.0.1",
        "packageType": b"ARCHIVE",
        "scope": b"PLATFORM",
        "pieceArchive": path.read_bytes(),
    }


@pytest.mark.parametrize("option", ["--api-url", "--apiUrl"])
def test_it_is_a_command_of_its_own(option: str, api: ScriptedApi, gelato: Path) -> None:
    args = ["--name", "gelato", option, f"{api.url}/api/"]

    result = CliRunner().invoke(publish_piece_to_api, args, env={"AP_API_KEY": KEY})

    assert result.exit_code == 0
    assert api.requests[0].path == "/api/v1/pieces"


@pytest.mark.parametrize("same", ["sha256", "sourceDigest"])
def test_the_same_content_again_is_no_error(same: str, api: ScriptedApi, gelato: Path) -> None:
    publish(api)
    path = Path.cwd() / "dist" / WHEEL
    digests = {
        "sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
        "sourceDigest": read_piece_wheel(path).piece.source_digest,
    }
    params = {"message": "exists", "sha256": "0" * 64, "sourceDigest": "0" * 64}
    api.status = 409
    api.body = {"code": "VALIDATION", "params": {**params, same: digests[same]}}

    result = publish(api)

    assert result.exit_code == 0
    assert result.stdout.endswith("Piece 'piece-gelato' and '0.0.1' already published.\n")


@pytest.mark.parametrize(
    "params",
    [
        pytest.param({"sha256": "0" * 64, "sourceDigest": "0" * 64}, id="differ"),
        pytest.param({}, id="unknown"),
        pytest.param(None, id="no-params"),
    ],
)
def test_other_content_needs_another_version(
    params: object, api: ScriptedApi, gelato: Path
) -> None:
    api.status = 409
    api.body = {"code": "VALIDATION", "params": params}

    result = publish(api)

    assert result.exit_code == 1
    assert result.stderr == (
        "error: the instance has `piece-gelato` 0.0.1 with other content\n"
        "hint: a version is published once: set `version` to 0.0.2 or higher\n"
    )


@pytest.mark.parametrize("status", [401, 403])
def test_a_refused_key_exits_with_77(status: int, api: ScriptedApi, gelato: Path) -> None:
    api.status = status
    api.body = {"code": "AUTHENTICATION", "params": {"message": "no such key"}}

    result = publish(api)

    assert result.exit_code == 77
    assert f"refused the API key ({status}): no such key" in result.stderr
    assert "hint: check AP_API_KEY" in result.stderr
    assert "`python -m pieces_server keys create`" in result.stderr


@pytest.mark.parametrize(
    ("status", "body", "said"),
    [
        (400, {"code": "INVALID_PIECE_ARCHIVE", "params": {"message": "no wheel"}}, "no wheel"),
        (400, {"message": "bad"}, "bad"),
        (422, {"detail": "bad"}, "bad"),
        (413, b"too\nlarge", "too large"),
        (500, b"", "Internal Server Error"),
        (500, b"<html>" + b"x" * 5000, "<html>x"),
        (400, [1], "[1]"),
    ],
)
def test_any_other_answer_is_an_error_with_its_message(
    status: int, body: object, said: str, api: ScriptedApi, gelato: Path
) -> None:
    api.status, api.body = status, body

    result = publish(api)

    assert result.exit_code == 1
    assert f"error: `piece-gelato` 0.0.1 was not published ({status}): {said}" in result.stderr
    assert len(result.stderr) < 700


@pytest.mark.parametrize("status", [429, 502, 503, 504])
def test_an_instance_that_cannot_answer_now_is_to_be_tried_again(
    status: int, api: ScriptedApi, gelato: Path
) -> None:
    api.status, api.body = status, b""

    result = publish(api)

    assert result.exit_code == 75
    assert f"0.0.1 was not published ({status})" in result.stderr
    assert "hint: try again later" in result.stderr


def test_an_address_without_an_api_is_doubted(api: ScriptedApi, gelato: Path) -> None:
    api.status, api.body = 404, b""

    result = publish(api)

    assert result.exit_code == 1
    assert "hint: is this the instance's address (with or without /api)?" in result.stderr


@pytest.mark.parametrize(
    ("status", "body", "code"),
    [
        pytest.param(400, {"code": "INVALID_PIECE_ARCHIVE"}, "INVALID_PIECE_ARCHIVE", id="code"),
        pytest.param(409, {"code": "VALIDATION"}, "VALIDATION", id="conflict"),
        pytest.param(400, {"code": 7}, "", id="no-text"),
        pytest.param(500, b"", "", id="no-json"),
    ],
)
def test_an_error_carries_the_status_and_the_code_of_the_answer(
    status: int, body: object, code: str, api: ScriptedApi, gelato: Path, tmp_path: Path
) -> None:
    piece = require_workspace().find("gelato")
    wheel = build_wheel(piece, python=Path(sys.executable), out=tmp_path)
    api.status, api.body = status, body

    with pytest.raises(InstanceApiError) as raised:
        InstanceClient(api_url=api_address(api.url), key=KEY).publish(piece, wheel)

    assert (raised.value.status, raised.value.answer_code) == (status, code)


def test_the_upload_says_how_far_it_is(api: ScriptedApi, gelato: Path, tmp_path: Path) -> None:
    piece = require_workspace().find("gelato")
    wheel = build_wheel(piece, python=Path(sys.executable), out=tmp_path)
    sent: list[int] = []

    InstanceClient(api_url=api_address(api.url), key=KEY).publish(piece, wheel, sent=sent.append)

    assert sent == sorted(sent)
    assert sent[-1] == wheel.path.stat().st_size


@pytest.mark.parametrize(("asked_for", "waited"), [("7", 7.0), ("9999", 30.0), ("soon", 2.0)])
def test_a_busy_instance_says_how_long_to_wait(
    asked_for: str, waited: float, api: ScriptedApi
) -> None:
    api.busy = 1
    api.headers = {"Retry-After": asked_for}
    waits: list[float] = []

    query = PresentQuery(distribution="piece-a", version="0.1.0", source_digest="d" * 64)
    InstanceClient(
        api_url=api_address(api.url), key=KEY, waits_s=[2.0], sleep=waits.append
    ).present([query])

    assert waits == [waited]


@pytest.mark.parametrize("status", [401, 403])
def test_a_key_that_is_refused_at_the_look_exits_with_77_unbuilt(
    status: int, api: ScriptedApi, gelato: Path
) -> None:
    api.look_status, api.look_body = status, {}

    result = publish(api)

    assert result.exit_code == 77
    assert api.requests == []
    assert not Path("dist").exists()


def test_a_redirect_says_where_to(api: ScriptedApi, gelato: Path) -> None:
    api.status, api.body = 308, b""
    api.headers = {"Location": "https://pieces.example.com/api/v1/pieces"}

    result = publish(api)

    assert result.exit_code == 1
    assert "hint: it points to https://pieces.example.com/api/v1/pieces" in result.stderr


@pytest.mark.parametrize("status", [401, 400, 308])
def test_an_answer_that_repeats_the_key_does_not_show_it(
    status: int, api: ScriptedApi, gelato: Path
) -> None:
    api.status = status
    api.body = {"params": {"message": f"the key {KEY} is unknown"}}
    api.headers = {"Location": f"http://localhost/{KEY}"}

    result = publish(api)

    assert "the key *** is unknown" in result.stderr
    assert KEY not in result.output


def test_no_answer_exits_with_69(gelato: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as unused:
        port = unused.getsockname()[1]

    url = f"http://127.0.0.1:{port}"

    result = pieces("publish", "--name", "gelato", "--api-url", url, AP_API_KEY=KEY)

    assert result.exit_code == 69
    assert f"error: no answer from `{url}/api`: " in result.stderr
    assert KEY not in result.output


def test_silence_is_no_answer(gelato: Path) -> None:
    workspace = require_workspace()
    piece = workspace.find("gelato")
    wheel = build_wheel(piece, python=Path(sys.executable), out=workspace.root / "dist")
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}/api"
        client = InstanceClient(api_url=url, key=KEY, timeout_s=0.1)

        with pytest.raises(UnreachableError):
            client.publish(piece, wheel)


def test_the_address_and_the_key_may_stand_in_the_env_file(
    api: ScriptedApi, gelato: Path, workspace: Path
) -> None:
    text = f"\ufeff# where to\nexport AP_API_URL={api.url}\n\nAP_API_KEY = '{KEY}'\nrubbish\n"
    (workspace / ".env").write_text(text, encoding="utf-8")

    result = pieces("publish", "--name", "gelato")

    assert result.exit_code == 0
    assert api.requests[0].authorization == f"Bearer {KEY}"


def test_the_environment_comes_before_the_env_file(
    api: ScriptedApi, gelato: Path, workspace: Path
) -> None:
    (workspace / ".env").write_text("AP_API_URL=http://127.0.0.1:9\nAP_API_KEY=sk-other\n")

    result = pieces("publish", "--name", "gelato", AP_API_URL=api.url, AP_API_KEY=KEY)

    assert result.exit_code == 0
    assert api.requests[0].authorization == f"Bearer {KEY}"


@pytest.mark.parametrize("content", [b"\xff", None], ids=["not-utf8", "a-folder"])
def test_an_env_file_that_cannot_be_read_is_an_error(
    content: bytes | None, gelato: Path, workspace: Path
) -> None:
    path = workspace / ".env"
    path.write_bytes(content) if content else path.mkdir()

    result = pieces("publish", "--name", "gelato")

    assert result.exit_code == 78
    assert str(path) in result.stderr


@pytest.mark.parametrize(
    ("env", "missing"),
    [({}, "--api-url (or AP_API_URL)"), ({"AP_API_URL": "http://127.0.0.1:9"}, "AP_API_KEY")],
)
def test_what_is_missing_is_a_usage_error(
    env: dict[str, str], missing: str, gelato: Path, workspace: Path
) -> None:
    result = pieces("publish", "--name", "gelato", **env)

    assert result.exit_code == 2
    assert f"Missing {missing}" in result.stderr
    assert not (workspace / "dist").exists()


@pytest.mark.parametrize("key", [" ", "sk 1", "sk\n1", "sk-é", "Bearer\u2028x"])
def test_a_key_that_is_none_is_refused_unseen(key: str, api: ScriptedApi, gelato: Path) -> None:
    result = publish(api, key)

    assert result.exit_code == 77
    assert result.stderr.startswith("error: the API key is empty or holds characters that no key")
    assert not key.strip() or key not in result.output
    assert api.requests == []


def test_white_space_around_the_key_is_dropped(api: ScriptedApi, gelato: Path) -> None:
    result = publish(api, f" {KEY}\r\n")

    assert result.exit_code == 0
    assert api.requests[0].authorization == f"Bearer {KEY}"


def test_a_piece_that_cannot_be_built_is_not_uploaded(api: ScriptedApi, gelato: Path) -> None:
    (gelato / "piece_gelato/__init__.py").write_text("(")

    result = publish(api)

    assert result.exit_code == 65
    assert api.requests == []


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("http://localhost:8080", "http://localhost:8080/api"),
        ("https://pieces.example.com/api", "https://pieces.example.com/api"),
        ("https://pieces.example.com/api/", "https://pieces.example.com/api"),
        ("  https://example.com/tools/  ", "https://example.com/tools/api"),
        ("HTTPS://[::1]:8080", "HTTPS://[::1]:8080/api"),
    ],
)
def test_an_address_may_end_in_api(text: str, address: str) -> None:
    assert api_address(text) == address


@pytest.mark.parametrize(
    "text",
    [
        *("", "example.com", "ftp://example.com", "https://", "http:///api"),
        *("http://[::1", "http://h:x", "http://h:0"),
        *("https://me:secret@example.com", "https://h?key=secret", "https://h/#secret"),
    ],
)
def test_what_is_no_address_is_refused_unseen(text: str) -> None:
    with pytest.raises(PieceError) as raised:
        api_address(text)

    assert raised.value.exit_code == 2
    assert "=secret" not in raised.value.message
    assert ":secret" not in raised.value.message


def test_the_key_is_in_no_repr() -> None:
    client = InstanceClient(api_url="http://localhost/api", key=KEY)

    assert KEY not in json.dumps(repr(client))
