"""Requests that no client would send: each is refused as documented, and the next is answered."""

from __future__ import annotations

import gzip
import json
import socket
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest

from tests.support.instance import Instance, running_instance
from tests.support.publishing import FORM, stored_state
from tests.support.raw_http import exchange, form_body

MB = 1024 * 1024
TEXTS = [(f'name="{name}"', text.encode()) for name, text in FORM.items()]
ARCHIVE = ('name="pieceArchive"; filename="a.whl"', b"not a zip")
GOOD_FORM = form_body([*TEXTS, ARCHIVE])


@pytest.fixture(scope="module")
def instance(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Instance]:
    settings = {"AP_MAX_FILE_SIZE_MB": "1", "AP_CLIENT_TIMEOUT_SECONDS": "1"}
    with running_instance(tmp_path_factory.mktemp("data"), **settings) as started:
        yield started


def connected(instance: Instance) -> socket.socket:
    address = urlsplit(instance.url)
    return socket.create_connection((address.hostname, address.port), timeout=20)


@dataclass(frozen=True)
class Hostile:
    """A request, and what it is answered."""

    name: str
    make: Callable[[bytes], bytes]
    """Is given the `Authorization` line with a valid key."""
    status: int
    code: str


def publishing(body: bytes, *lines: str, length: int | None = None) -> Callable[[bytes], bytes]:
    """A request that publishes; a line with `Content-Type` replaces the usual one."""
    given = "".join(f"{line}\r\n" for line in lines)
    if "content-type" not in given.lower():
        given += "Content-Type: multipart/form-data; boundary=b\r\n"
    if "transfer-encoding" not in given.lower() or length is not None:
        given += f"Content-Length: {len(body) if length is None else length}\r\n"
    head = f"POST /api/v1/pieces HTTP/1.1\r\nHost: h\r\nConnection: close\r\n{given}".encode()
    return lambda key: head + key + b"\r\n" + body


def asking(line: str, *lines: str) -> Callable[[bytes], bytes]:
    """A request without a body."""
    head = "".join(f"{each}\r\n" for each in (line, "Host: h", "Connection: close", *lines))
    return lambda key: head.encode("latin-1") + key + b"\r\n"


REFUSED = (400, "VALIDATION")
SLOW = (408, "REQUEST_TIMEOUT")
LARGE = (413, "FILE_TOO_LARGE")
ABSENT = (404, "ENTITY_NOT_FOUND")
NO_METHOD = (405, "METHOD_NOT_ALLOWED")
CHUNKED = "Transfer-Encoding: chunked"
NO_NAME = "body: a field has no header `Content-Disposition: form-data` with a name"
TINY_CHUNKS = (
    f"POST /nothing HTTP/1.1\r\nHost: h\r\nConnection: close\r\n{CHUNKED}\r\n\r\n".encode()
    + b"1\r\nx\r\n" * 2000
    + b"0\r\n\r\n"
)

HOSTILE = [
    Hostile("half a head", lambda _: b"POST /api/v1/pieces HTTP/1.1\r\nHost: h\r\n", *SLOW),
    Hostile("half a body", publishing(GOOD_FORM[:80], length=len(GOOD_FORM)), *SLOW),
    Hostile("no body", publishing(b"", length=1000), *SLOW),
    Hostile("too long a length", publishing(GOOD_FORM, length=len(GOOD_FORM) + 9), *SLOW),
    Hostile("too short a length", publishing(GOOD_FORM, length=len(GOOD_FORM) - 30), *REFUSED),
    Hostile("huge length", publishing(b"", length=10**15), *LARGE),
    Hostile("length with a sign", publishing(b"x", "Content-Length: +1"), *REFUSED),
    Hostile("two lengths", publishing(b"x", "Content-Length: 1, 2"), *REFUSED),
    Hostile("length and chunks", publishing(b"0\r\n\r\n", CHUNKED, length=5), *REFUSED),
    Hostile("unknown coding", publishing(b"0\r\n\r\n", "Transfer-Encoding: gzip"), *REFUSED),
    Hostile("chunk of no size", publishing(b"zz\r\nxx\r\n", CHUNKED), *REFUSED),
    Hostile("chunk of huge size", publishing(b"f" * 30 + b"\r\n", CHUNKED), *REFUSED),
    Hostile("chunks without an end", publishing(b"1\r\nx\r\n", CHUNKED), *SLOW),
    Hostile("another boundary", publishing(GOOD_FORM.replace(b"--b", b"--c")), *REFUSED),
    Hostile("no boundary", publishing(GOOD_FORM, "Content-Type: multipart/form-data"), *REFUSED),
    Hostile(
        "long boundary",
        publishing(GOOD_FORM, f"Content-Type: multipart/form-data; boundary={'b' * 300}"),
        *REFUSED,
    ),
    Hostile("no form", publishing(b"<a/>", "Content-Type: text/xml"), *REFUSED),
    Hostile(
        "packed body",
        publishing(gzip.compress(b"\0" * 50 * MB), "Content-Encoding: gzip"),
        *REFUSED,
    ),
    Hostile("tiny chunks", lambda _: TINY_CHUNKS, *REFUSED),
    Hostile("huge header", asking("GET /simple/ HTTP/1.1", f"X: {'x' * MB}"), *REFUSED),
    Hostile(
        "many headers",
        asking("GET /simple/ HTTP/1.1", *(f"X{each}: y" for each in range(20_000))),
        *REFUSED,
    ),
    Hostile("no host", lambda _: b"GET /simple/ HTTP/1.1\r\n\r\n", *REFUSED),
    Hostile("two hosts", asking("GET /simple/ HTTP/1.1", "Host: other"), *REFUSED),
    Hostile("blank before a colon", asking("GET /simple/ HTTP/1.1", "X : y"), *REFUSED),
    Hostile("NUL in a header", asking("GET /simple/ HTTP/1.1", "X: a\0b"), *REFUSED),
    Hostile("HTTP/0.9", lambda _: b"GET /simple/\r\n\r\n", *REFUSED),
    Hostile("TLS", lambda _: b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n", *REFUSED),
    Hostile("path upwards", asking("GET /simple/../../etc/passwd HTTP/1.1"), *ABSENT),
    Hostile(
        "encoded path upwards",
        asking("GET /simple/%2e%2e%2f%2e%2e%2fpiecekit.db HTTP/1.1"),
        *ABSENT,
    ),
    Hostile("backslashes", asking("GET /simple/..%5c..%5cpiecekit.db HTTP/1.1"), *ABSENT),
    Hostile("NUL in a path", asking("GET /api/v1/pieces/a%00b HTTP/1.1"), *ABSENT),
    Hostile("two slashes", asking("GET //other.example/simple/ HTTP/1.1"), *ABSENT),
    Hostile("another server's address", asking("GET http://other.example/x HTTP/1.1"), *ABSENT),
    Hostile("unknown method", asking("BREW /legacy/ HTTP/1.1"), *NO_METHOD),
    Hostile("method in small letters", asking("post /api/v1/pieces HTTP/1.1"), *NO_METHOD),
]


@pytest.mark.parametrize("hostile", HOSTILE, ids=lambda hostile: hostile.name)
def test_a_hostile_request_is_refused_and_the_next_is_answered(
    instance: Instance, hostile: Hostile
) -> None:
    key = f"Authorization: Bearer {instance.key}\r\n".encode()

    answer = exchange(instance, hostile.make(key))

    assert (answer.status, answer.code) == (hostile.status, hostile.code), answer.text[:500]
    assert answer.headers["x-request-id"]
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.text.count("HTTP/1.1 ") == 1
    after = httpx.get(f"{instance.url}/api/v1/pieces", headers=instance.headers)
    assert (after.status_code, after.json()) == (200, [])


@pytest.mark.parametrize(
    ("odd", "message"),
    [
        pytest.param(
            ('name="a"', b"x" * MB),
            "body: the fields have more than 1048576 bytes",
            id="large field",
        ),
        pytest.param(
            (f'name="a"; x={"x" * 9000}', b""),
            "body: the form is damaged: Maximum header size exceeded",
            id="large header",
        ),
        pytest.param(
            ("".join(['name="a"', *(f"\r\nX{each}: y" for each in range(8))]), b""),
            "body: the form is damaged: Maximum header count exceeded",
            id="many headers",
        ),
        pytest.param(
            ('name="a"\r\nX: y\r\nx: z', b""),
            "body: a field has the header 'x' twice",
            id="header twice",
        ),
        pytest.param(("x=y", b""), NO_NAME, id="no name"),
        pytest.param(TEXTS[0], "pieceName: is there twice", id="field twice"),
        pytest.param(
            ('name="a"; filename="a"', b""), "a: no file is taken here", id="another file"
        ),
        pytest.param(ARCHIVE, "pieceArchive: is there twice", id="file twice"),
        pytest.param(
            ('name="pieceArchive"', b""),
            "pieceArchive: must be a file, not a text",
            id="file as a text",
        ),
        pytest.param(('name="a"', b"a\0b"), "body: the field 'a' has a NUL in it", id="NUL"),
        pytest.param(('name="a"', b"\xff"), "body: the field 'a' is not UTF-8", id="no text"),
        pytest.param(
            ('name="\0"', b""), "body: a field's name has a NUL in it", id="NUL in a name"
        ),
        pytest.param(
            ('name="a"\r\nContent-Transfer-Encoding: base64', b"QQ=="),
            "a: must be sent as it is",
            id="base64",
        ),
    ],
)
def test_one_odd_part_spoils_a_form(
    instance: Instance, odd: tuple[str, bytes], message: str
) -> None:
    key = f"Authorization: Bearer {instance.key}\r\n".encode()

    answer = exchange(instance, publishing(form_body([odd, *TEXTS, ARCHIVE]))(key))

    assert (answer.status, answer.code) == REFUSED
    assert json.loads(answer.body)["params"]["message"] == message


def test_a_form_of_too_many_parts_is_refused(instance: Instance) -> None:
    body = form_body([('name="a"', b"")] * 1000 + [*TEXTS, ARCHIVE])

    answer = exchange(
        instance, publishing(body)(f"Authorization: Bearer {instance.key}\r\n".encode())
    )

    assert (answer.status, answer.code) == REFUSED
    assert "more than 1000 fields" in answer.text


def test_a_body_that_only_crawls_is_refused(instance: Instance) -> None:
    key = f"Authorization: Bearer {instance.key}\r\n".encode()
    head = publishing(GOOD_FORM, length=100_000)(key)[: -len(GOOD_FORM)]

    answer = exchange(instance, head, GOOD_FORM[:40], *[b"x"] * 500, pause_s=0.05)

    assert (answer.status, answer.code) == SLOW


def test_a_request_inside_a_body_is_no_request(instance: Instance) -> None:
    key = f"Authorization: Bearer {instance.key}\r\n".encode()
    inner = asking("GET /api/v1/pieces HTTP/1.1")(key)
    outer = b"POST /nothing HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n"

    answer = exchange(instance, outer + b"Content-Length: 4\r\n\r\n0\r\n\r\n" + inner)

    assert (answer.status, answer.code) == REFUSED
    assert answer.text.count("HTTP/1.1 ") == 1


def test_a_publisher_who_hangs_up_gets_no_answer_and_leaves_nothing(instance: Instance) -> None:
    key = f"Authorization: Bearer {instance.key}\r\n".encode()
    before = stored_state(instance)

    answer = exchange(
        instance, publishing(GOOD_FORM[:-20], length=len(GOOD_FORM))(key), hang_up=True
    )

    assert answer.status == 0
    assert stored_state(instance) == before


@pytest.mark.parametrize(
    "filename",
    [
        "../../../../evil.whl",
        "/evil.whl",
        "C:\\evil.whl",
        "evil%00.whl",
        "\x1b[31mevil",
        "x" * 3000,
    ],
    ids=["upwards", "absolute", "drive", "NUL", "colours", "long"],
)
@pytest.mark.parametrize("path", ["/api/v1/pieces", "/legacy/"])
def test_the_name_of_a_file_decides_nothing(instance: Instance, filename: str, path: str) -> None:
    before = stored_state(instance)
    fields = {**FORM, ":action": "file_upload", "filetype": "bdist_wheel"}
    fields |= {"name": "piece-gelato", "version": "0.1.0"}
    field = "content" if path == "/legacy/" else "pieceArchive"

    answer = httpx.post(
        instance.url + path,
        headers=instance.headers,
        data=fields,
        files={field: (filename, b"not a zip")},
    )

    assert answer.status_code == 400
    assert len(answer.content) < 1000
    assert "\x1b" not in answer.json()["params"]["message"]
    assert stored_state(instance) == before


def test_a_body_is_not_invited_before_the_key_is_known(instance: Instance) -> None:
    request = publishing(b"", "Expect: 100-continue", length=1000)(b"")

    answer = exchange(instance, request)

    assert (answer.status, answer.code) == (401, "AUTHENTICATION")
    assert "100 Continue" not in answer.text


@pytest.mark.parametrize("path", ["/", "/docs", "/api/v1/nothing"])
def test_who_asks_where_there_is_nothing_is_told_where_there_is(
    instance: Instance, path: str
) -> None:
    answer = httpx.get(instance.url + path)

    assert (answer.status_code, answer.json()["code"]) == ABSENT
    assert answer.json()["params"] == {
        "message": f"there is nothing at {path!r}",
        "hint": "the package index is at `/simple/`; `/openapi.json` describes the API",
    }


def test_a_large_body_is_refused_where_no_file_is_taken(instance: Instance) -> None:
    answer = httpx.post(
        f"{instance.url}/api/v1/pieces/present", headers=instance.headers, content=b"x" * 2 * MB
    )

    assert (answer.status_code, answer.json()["code"]) == LARGE


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Origin": "http://other.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Origin": "http://["}, 403),
        ({"Sec-Fetch-Site": "same-origin", "Origin": "http://other.example"}, 400),
        ({"Origin": "http://127.0.0.1"}, 400),
        ({}, 400),
    ],
)
def test_a_page_of_another_site_cannot_write_with_the_key_that_a_browser_remembers(
    instance: Instance, headers: dict[str, str], status: int
) -> None:
    answer = httpx.post(
        f"{instance.url}/legacy/", headers=headers, auth=("__token__", instance.key), data={"a": ""}
    )

    assert answer.status_code == status
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_one_more_connection_ends_the_one_that_sent_nothing_for_longest(tmp_path: Path) -> None:
    with running_instance(tmp_path, AP_MAX_CONNECTIONS="3") as instance, ExitStack() as stack:
        first, second, _ = (stack.enter_context(connected(instance)) for _ in range(3))

        answer = httpx.get(f"{instance.url}/api/v1/health")

        assert answer.status_code == 200
        assert first.recv(1) == b""
        second.sendall(asking("GET /api/v1/health HTTP/1.1")(b""))
        assert second.recv(15) == b"HTTP/1.1 200 OK"


def test_one_more_connection_is_refused_while_the_others_are_answered(tmp_path: Path) -> None:
    with running_instance(tmp_path, AP_MAX_CONNECTIONS="2") as instance, ExitStack() as stack:
        key = f"Authorization: Bearer {instance.key}\r\n".encode()
        for _ in range(2):
            busy = stack.enter_context(connected(instance))
            busy.sendall(publishing(b"", "Expect: 100-continue", length=1000)(key))
            assert busy.recv(100).startswith(b"HTTP/1.1 100 ")  # its body is waited for

        answer = httpx.get(f"{instance.url}/api/v1/health")

        assert (answer.status_code, answer.json()["code"]) == (503, "SERVICE_UNAVAILABLE")
        assert answer.headers["x-content-type-options"] == "nosniff"
        request_id = answer.headers["x-request-id"]
        (line,) = [each for each in instance.logged().splitlines() if request_id in each]
        assert json.loads(line)["status"] == 503
