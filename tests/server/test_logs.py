from __future__ import annotations

import base64
import json
import re
import socket
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.support.instance import Instance, running_instance
from tests.support.raw_http import exchange
from tests.support.waiting import eventually

# A line's values are whatever JSON has.
Line = dict[str, Any]


@pytest.fixture(scope="module")
def logging_instance(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Instance]:
    folder = tmp_path_factory.mktemp("data")
    settings = {"AP_LOG_LEVEL": "DEBUG", "AP_CLIENT_TIMEOUT_SECONDS": "0.5"}
    with running_instance(folder, AP_TRUSTED_PROXIES="127.0.0.1", **settings) as started:
        yield started


def lines_of(instance: Instance, request_id: str, count: int = 1) -> list[Line]:
    """The lines about a request. The last may be written when its answer has come already."""

    def written() -> list[str]:
        return [line for line in instance.logged().split("\n")[:-1] if request_id in line]

    assert eventually(lambda: len(written()) >= count)
    return [json.loads(line) for line in written()]


def test_a_request_has_one_line_with_what_it_was(logging_instance: Instance) -> None:
    before = datetime.now(UTC).replace(microsecond=0)
    url = f"{logging_instance.url}/simple/?x=1"
    answer = httpx.get(url, headers=logging_instance.headers)

    (line,) = lines_of(logging_instance, answer.headers["x-request-id"])
    assert line["level"] == "INFO"
    assert line["method"] == "GET"
    assert line["path"] == "/simple/"
    assert line["status"] == 200
    assert line["bytes"] == len(answer.content)
    assert line["client"] == "127.0.0.1"
    assert line["key_id"]
    assert line["duration_ms"] > 0
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", line["time"])
    assert datetime.fromisoformat(line["time"]) >= before


def test_the_client_behind_a_trusted_proxy_is_the_one_that_it_names(
    logging_instance: Instance,
) -> None:
    headers = {"X-Forwarded-For": "203.0.113.9"}

    answer = httpx.get(f"{logging_instance.url}/api/v1/health", headers=headers)

    (line,) = lines_of(logging_instance, answer.headers["x-request-id"])
    assert line["client"] == "203.0.113.9"


def test_no_text_of_any_length_is_logged_as_a_client(logging_instance: Instance) -> None:
    headers = {"X-Forwarded-For": "x" * 5000}

    answer = httpx.get(f"{logging_instance.url}/api/v1/health", headers=headers)

    (line,) = lines_of(logging_instance, answer.headers["x-request-id"])
    assert line["client"] == "x" * 64


def test_nobody_is_believed_about_clients_unless_named(tmp_path: Path) -> None:
    with running_instance(tmp_path) as instance:
        headers = {"X-Forwarded-For": "203.0.113.9"}
        answer = httpx.get(f"{instance.url}/simple/", headers=headers)

        (line,) = lines_of(instance, answer.headers["x-request-id"])

    assert line["client"] == "127.0.0.1"


def test_probes_that_find_all_well_are_below_the_usual_level(logging_instance: Instance) -> None:
    answer = httpx.get(f"{logging_instance.url}/api/v1/ready")

    (line,) = lines_of(logging_instance, answer.headers["x-request-id"])
    assert line["level"] == "DEBUG"


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        (b"GET / HTTP/1.1\r\nno colon\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nHost: a\r\nX: " + b"a" * 400_000, 400),
        (b"GET / HTTP/1.1\r\nHost: a\r\nX-Slow: ", 408),
    ],
    ids=["invalid", "too large", "slow"],
)
def test_what_is_no_request_is_answered_in_our_form_and_logged(
    logging_instance: Instance, sent: bytes, status: int
) -> None:
    answer = exchange(logging_instance, sent)

    assert answer.status == status
    assert answer.headers["connection"] == "close"
    assert answer.headers["x-content-type-options"] == "nosniff"
    codes = {400: "VALIDATION", 408: "REQUEST_TIMEOUT"}
    document = json.loads(answer.body)
    assert (document["code"], set(document["params"])) == (codes[status], {"message"})
    (line,) = lines_of(logging_instance, answer.headers["x-request-id"])
    assert (line["status"], line["client"]) == (status, "127.0.0.1")


def test_a_connection_that_sends_nothing_is_closed_without_an_answer(
    logging_instance: Instance,
) -> None:
    host, port = logging_instance.url.removeprefix("http://").split(":")

    with socket.create_connection((host, int(port)), timeout=20) as connection:
        received = connection.recv(1)

    assert received == b""


def test_a_fault_is_logged_with_its_traceback_and_the_request(logging_instance: Instance) -> None:
    incoming = logging_instance.data_folder / "incoming"
    hidden = incoming.rename(incoming.with_name("hidden"))
    form = {"pieceName": "piece-x", "pieceVersion": "0.1.0", "packageType": "ARCHIVE"}

    answer = httpx.post(
        f"{logging_instance.url}/api/v1/pieces",
        headers=logging_instance.headers,
        data={**form, "scope": "PLATFORM"},
        files={"pieceArchive": b"x" * 100_000},
    )
    hidden.rename(incoming)

    lines = lines_of(logging_instance, answer.headers["x-request-id"], count=3)
    assert answer.status_code == 500
    assert [line["status"] for line in lines if line["message"] == "request"] == [500]
    assert any("Traceback" in line.get("exception", "") for line in lines)


def test_no_key_is_ever_logged(logging_instance: Instance) -> None:
    key = logging_instance.key
    url = logging_instance.url
    basic = base64.b64encode(f"__token__:{key}".encode()).decode()
    httpx.get(f"{url}/simple/", headers={"Authorization": f"Bearer {key}"})
    httpx.get(f"{url}/simple/{key}/{key}?key={key}", headers={"Authorization": f"Basic {basic}"})
    httpx.get(f"{url}/api/v1/pieces/{key}", params={"name": key}, headers={"Referer": key})
    httpx.post(f"{url}/api/v1/pieces", headers={"Authorization": key}, data={"pieceName": key})
    httpx.post(f"{url}/api/v1/pieces/present", headers=logging_instance.headers, content=key)
    httpx.get(url, headers={"X-Forwarded-For": key, "X-Request-Id": key})
    for head in (f"{key}\r\n", f"GET http://__token__:{key}@h/simple/ HTTP/1.1\r\nHost: {key}\r\n"):
        exchange(logging_instance, f"{head}Authorization {key}\r\n\r\n".encode())
    exchange(logging_instance, f"GET /\n{key} HTTP/1.1\r\n\r\n".encode())
    exchange(
        logging_instance, f"GET /%0a{key} HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n".encode()
    )

    said = logging_instance.logged()

    assert said.count("\n") > 8
    assert key not in said
    assert key[:30] not in said
    assert basic not in said
