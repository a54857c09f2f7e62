"""Requests that no client would send: each is refused as documented, and the next is answered."""

from __future__ import annotations

import gzip
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import httpx
import pytest

from tests.support.hostile_http import exchange, form_body
from tests.support.instance import Instance, running_instance
from tests.support.publishing import FORM, stored_state

MB = 1024 * 1024
TEXTS = [(f'name="{name}"', text.encode()) for name, text in FORM.items()]
ARCHIVE = ('name="pieceArchive"; filename="a.whl"', b"not a zip")
GOOD_FORM = form_body([*TEXTS, ARCHIVE])


@pytest.fixture(scope="module")
def instance(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Instance]:
    settings = {"AP_MAX_FILE_SIZE_MB": "1", "AP_CLIENT_TIMEOUT_SECONDS": "1"}
    with running_instance(tmp_path_factory.mktemp("data"), **settings) as started:
        yield started


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


def parts(number: int) -> bytes:
    return form_body([(f'name="{index}"', b"") for index in range(number)])


REFUSED = (400, "VALIDATION")
SLOW = (408, "REQUEST_TIMEOUT")
LARGE = (413, "FILE_TOO_LARGE")
ABSENT = (404, "ENTITY_NOT_FOUND")
NO_METHOD = (405, "METHOD_NOT_ALLOWED")
CHUNKED = "Transfer-Encoding: chunked"

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
    Hostile("10,000 fields", publishing(parts(10_000)), *REFUSED),
    Hostile("large field", publishing(form_body([('name="a"', b"x" * 2 * MB)])), *REFUSED),
    Hostile("large header of a field", publishing(form_body([("x" * 9000, b"")])), *REFUSED),
    Hostile(
        "many headers of a field",
        publishing(b"--b\r\n" + b"".join(b"x%d: y\r\n" % each for each in range(50))),
        *REFUSED,
    ),
    Hostile("field twice", publishing(form_body([*TEXTS, *TEXTS, ARCHIVE])), *REFUSED),
    Hostile("file twice", publishing(form_body([*TEXTS, ARCHIVE, ARCHIVE])), *REFUSED),
    Hostile(
        "file as another field", publishing(form_body([('name="a"; filename="a"', b"")])), *REFUSED
    ),
    Hostile(
        "header of a field twice",
        publishing(form_body([('name="a"\r\nX: y\r\nX: z', b"")])),
        *REFUSED,
    ),
    Hostile("field without a name", publishing(form_body([("x=y", b"")])), *REFUSED),
    Hostile("name that is no text", publishing(form_body([('name="\xff"', b"\xff")])), *REFUSED),
    Hostile(
        "NUL in a field",
        publishing(form_body([*TEXTS[1:], ('name="pieceName"', b"a\0b"), ARCHIVE])),
        *REFUSED,
    ),
    Hostile(
        "field in base64",
        publishing(form_body([('name="a"\r\nContent-Transfer-Encoding: base64', b"QQ==")])),
        *REFUSED,
    ),
    Hostile(
        "packed body",
        publishing(gzip.compress(b"\0" * 50 * MB), "Content-Encoding: gzip"),
        *REFUSED,
    ),
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
    assert "x-request-id: " in answer.text
    assert answer.text.count("HTTP/1.1 ") == 1
    after = httpx.get(f"{instance.url}/api/v1/pieces", headers=instance.headers)
    assert (after.status_code, after.json()) == (200, [])


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
        "x" * 9000,
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


def test_a_large_body_is_refused_where_no_file_is_taken(instance: Instance) -> None:
    answer = httpx.post(
        f"{instance.url}/api/v1/pieces/present", headers=instance.headers, content=b"x" * 2 * MB
    )

    assert (answer.status_code, answer.json()["code"]) == LARGE
