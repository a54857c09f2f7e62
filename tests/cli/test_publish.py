"""`pieces publish`, also `publish-piece-to-api`, against scripted answers."""

from __future__ import annotations

import hashlib
import json
import socket
import sys
import threading
from collections.abc import Generator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from pieces_cli.building.wheel import build_wheel
from pieces_cli.main import publish_piece_to_api
from pieces_cli.publishing.client import InstanceClient
from pieces_cli.publishing.connection import InstanceConnection
from pieces_cli.publishing.instance_address import api_address
from pieces_cli.publishing.presence import PresentQuery
from pieces_cli.publishing.refusals import UnreachableError
from pieces_engine.workspace.folders import require_workspace
from pieces_framework import PieceError
from pieces_framework.artifact import read_piece_wheel
from tests.support.scaffolding import pieces
from tests.support.scripted_api import ScriptedApi, raw_server, scripted_api

KEY = "sk-0123456789"
pytestmark = pytest.mark.usefixtures("no_waits")
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
        "hint: a version is published once: raise `version`\n"
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


@pytest.mark.parametrize(("status", "seconds"), [(408, "2"), (429, "41"), (503, "5")])
def test_when_to_try_again_is_said(
    status: int, seconds: str, api: ScriptedApi, gelato: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pieces_cli.publishing.client.WAITS_S", ())
    api.status, api.body, api.headers = status, b"", {"Retry-After": seconds}

    result = publish(api)

    assert result.exit_code == 75
    assert f"hint: try again in {seconds} s" in result.stderr


def test_a_key_without_the_scope_is_told_which_it_needs(api: ScriptedApi, gelato: Path) -> None:
    message = "the api key has not the scope `publish`"
    hint = "ask an administrator of the instance for a key that has it"
    api.status = 403
    api.body = {"code": "AUTHORIZATION", "params": {"message": message, "hint": hint}}

    result = publish(api)

    assert result.exit_code == 77
    assert message in result.stderr
    assert f"hint: {hint}" in result.stderr


def test_what_the_rules_of_the_instance_find_is_listed(api: ScriptedApi, gelato: Path) -> None:
    finding = {"rule": "secret", "severity": "error", "path": "piece_gelato/__init__.py", "line": 3}
    whole_file = {"rule": "i18n", "path": "piece_gelato/i18n/fr.json", "line": None}
    api.status = 400
    api.body = {
        "code": "PIECE_CHECKS_FAILED",
        "params": {
            "message": "it does not pass",
            "hint": "run `pieces check`",
            "findings": [
                {**finding, "message": "a password"},
                {**whole_file, "message": "no translations"},
            ],
        },
    }

    result = publish(api)

    assert result.exit_code == 65
    assert result.stderr.splitlines()[-4:] == [
        "error: `piece-gelato` 0.0.1 was not published (400): it does not pass",
        "error: piece_gelato/__init__.py:3: a password [secret]",
        "error: piece_gelato/i18n/fr.json: no translations [i18n]",
        "hint: run `pieces check`",
    ]


def test_an_address_without_an_api_is_doubted(api: ScriptedApi, gelato: Path) -> None:
    api.status, api.body = 404, b""

    result = publish(api)

    assert result.exit_code == 1
    assert "hint: is this the instance's address (with or without /api)?" in result.stderr


def test_the_upload_says_how_far_it_is(api: ScriptedApi, gelato: Path, tmp_path: Path) -> None:
    piece = require_workspace().find("gelato")
    wheel = build_wheel(piece, python=Path(sys.executable), out=tmp_path)
    sent: list[int] = []

    InstanceClient(api_url=api_address(api.url), key=KEY).publish(piece, wheel, sent=sent.append)

    assert sent == sorted(sent)
    assert sent[-1] == wheel.path.stat().st_size


@pytest.mark.parametrize(
    ("asked_for", "waited"),
    [
        *(("7", 7.0), ("9999", 30.0), ("soon", 2.0)),
        ("Fri, 31 Dec 2100 23:59:59 GMT", 30.0),
        ("Sat, 01 Jan 2000 00:00:00 GMT", 2.0),
        ("Mon, 01 Jan 99999999999999999999 00:00:00 GMT", 2.0),
    ],
)
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


@pytest.mark.parametrize(
    ("location", "hint"),
    [
        (
            "https://pieces.example.com/api/v1/pieces",
            "hint: it points to https://pieces.example.com/api: use that as the API URL\n",
        ),
        ("/tools/api/v1/pieces", "hint: it points to {}/tools/api: use that as the API URL\n"),
        ("/login", "hint: it points to {}/login: is this the instance's address?\n"),
    ],
)
def test_a_redirect_says_where_to(location: str, hint: str, api: ScriptedApi, gelato: Path) -> None:
    api.status, api.body = 308, b""
    api.headers = {"Location": location}

    result = publish(api)

    assert result.exit_code == 1
    assert hint.format(api.url) in result.stderr


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


@pytest.mark.parametrize("shown", [KEY[:9], KEY[:-1], KEY.encode().hex()])
def test_a_part_of_the_key_is_not_shown_either(shown: str, api: ScriptedApi, gelato: Path) -> None:
    api.status, api.body = 400, {"params": {"message": f"no `{shown}` here"}}

    result = publish(api)

    assert "(400): no `***` here" in result.stderr


def test_a_broken_answer_that_repeats_the_key_does_not_show_it(gelato: Path) -> None:
    answer = f"HTTP/1.1 200 OK\r\nBearer {KEY}\r\n\r\n".encode()
    with raw_server(lambda to: to.sendall(answer)) as url:
        result = pieces("publish", "--name", "gelato", "--api-url", url, AP_API_KEY=KEY)

    assert result.exit_code == 69
    assert "Bearer ***" in result.stderr


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


def test_an_answer_byte_by_byte_comes_to_an_end() -> None:
    ended = threading.Event()

    def drip(to: socket.socket) -> None:
        to.sendall(b"HTTP/1.1 200 OK\r\nX: ")
        while not ended.wait(0.05):
            to.sendall(b"x")

    with raw_server(drip) as url:
        connection = InstanceConnection(
            api_url=url, key=KEY, timeout_s=5, waits_s=(), sleep=print, request_timeout_s=0.2
        )

        with pytest.raises(UnreachableError, match=r"it took longer than 0\.2 s"):
            connection.send(lambda http: http.get("/v1/pieces"))
        ended.set()


def test_a_connection_that_is_closed_without_an_answer_is_tried_again() -> None:
    waits: list[float] = []
    query = PresentQuery(distribution="piece-a", version="0.1.0", source_digest="d" * 64)
    with raw_server(lambda _: None) as url:
        client = InstanceClient(
            api_url=f"{url}/api", key=KEY, waits_s=[2.0, 4.0], sleep=waits.append
        )

        with pytest.raises(UnreachableError):
            client.present([query])

    assert waits == [2.0, 4.0]


@pytest.mark.parametrize(
    ("env", "said"),
    [
        ({"SSL_CERT_FILE": "/nonexistent"}, "No such file"),
        ({"HTTP_PROXY": "garbage://x"}, "garbage"),
        ({"HTTP_PROXY": "socks5://localhost:1"}, "socks"),
    ],
)
def test_network_settings_that_cannot_be_used_are_named(
    env: dict[str, str], said: str, api: ScriptedApi, gelato: Path
) -> None:
    options = ["--name", "gelato", "--api-url", api.url]

    result = pieces("publish", *options, AP_API_KEY=KEY, **env)

    assert result.exit_code == 78
    assert said in result.stderr


@pytest.mark.parametrize("host", ["xn--a", "a..b"])
def test_a_host_that_is_no_name_is_no_address(host: str, gelato: Path) -> None:
    options = ["--name", "gelato", "--api-url", f"http://{host}"]

    result = pieces("publish", *options, AP_API_KEY=KEY)

    assert result.exit_code == 2
    assert f"error: `http://{host}/api` is not an address: " in result.stderr


@pytest.mark.parametrize(("status", "hint"), [(405, "older than this command"), (404, "/api)?")])
def test_an_instance_without_the_question_is_advised_about(
    status: int, hint: str, api: ScriptedApi, gelato: Path
) -> None:
    api.look_status, api.look_body = status, {}

    result = publish(api)

    assert result.exit_code == 1
    assert hint in result.stderr


def test_the_piece_one_is_in_needs_no_name(
    api: ScriptedApi, gelato: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(gelato / "piece_gelato")

    result = pieces("publish", "--api-url", api.url, AP_API_KEY=KEY)

    assert result.exit_code == 0
    assert "Piece 'piece-gelato' published." in result.stdout


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
