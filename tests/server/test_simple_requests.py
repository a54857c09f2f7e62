"""How the package index answers headers: forms, encodings, conditions and ranges."""

from __future__ import annotations

import gzip
import hashlib
import json
import os
import random
import socket
import time
from collections.abc import Iterator

import httpx
import pytest

from tests.support.instance import Instance, running_instance
from tests.support.publishing import publish
from tests.support.wheels import build_wheel, wheel_files, write_wheel

JSON = "application/vnd.pypi.simple.v1+json"
HTML = "application/vnd.pypi.simple.v1+html"
LEGACY = "text/html"
PIP = f"{JSON}, {HTML}; q=0.1, text/html; q=0.01"
BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,image/webp,*/*;q=0.8"
PAGE = "/simple/piece-gelato/"
FILE = f"{PAGE}piece_gelato-0.1.0-py3-none-any.whl"


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    return build_wheel(tmp_path_factory.mktemp("wheels")).read_bytes()


@pytest.fixture(scope="module")
def instance(tmp_path_factory: pytest.TempPathFactory, wheel: bytes) -> Iterator[Instance]:
    folder = tmp_path_factory.mktemp("wheels")
    with running_instance(tmp_path_factory.mktemp("data")) as started:
        assert publish(started, wheel).status_code == 201
        for version in ("0.2.0", "0.3.0", "0.4.0"):  # or its page would be too small to compress
            content = build_wheel(folder, version=version).read_bytes()
            assert publish(started, content, version=version).status_code == 201
        yield started


@pytest.fixture
def client(instance: Instance) -> Iterator[httpx.Client]:
    """A client that sends no header but the key's: httpx has some of its own."""
    with httpx.Client(base_url=instance.url, headers=instance.headers, timeout=30) as client:
        for name in ("accept", "accept-encoding"):
            del client.headers[name]
        yield client


def media_type(answer: httpx.Response) -> str:
    return answer.headers["content-type"].partition(";")[0]


@pytest.mark.parametrize(
    ("accept", "form"),
    [
        pytest.param(None, LEGACY, id="no header"),
        pytest.param("", LEGACY, id="empty"),
        ("*/*", LEGACY),
        ("text/*", LEGACY),
        ("application/*", JSON),
        (JSON, JSON),
        (HTML, HTML),
        (LEGACY, LEGACY),
        ("application/vnd.pypi.simple.latest+json", JSON),
        ("application/vnd.pypi.simple.latest+html", HTML),
        ("Application/VND.pypi.Simple.v1+JSON", JSON),
        pytest.param(PIP, JSON, id="pip"),
        pytest.param(BROWSER, LEGACY, id="browser"),
        pytest.param(f"{LEGACY}, {JSON}", JSON, id="a tie of names"),
        (f"{JSON};q=0.5, {LEGACY};q=0.501", LEGACY),
        (f"{JSON};q=0, */*", LEGACY),
        (f"{LEGACY};q=0, */*", JSON),
        (f"{JSON};q=0.1, */*;q=0.9", LEGACY),
        pytest.param(f"{JSON} ; Q=0.5 , {HTML}\t;\tq=0.6", HTML, id="spaces"),
        (f"{JSON};charset=utf-8;q=0.9, {HTML};q=0.2", JSON),
        pytest.param(f"nonsense, ;;, {JSON}", JSON, id="one item is understood"),
        pytest.param("nonsense", LEGACY, id="no item is understood"),
        pytest.param(f"{JSON};q=high, {HTML};q=0.1", HTML, id="a weight that is none"),
        pytest.param(f"{JSON};q=1.5, {HTML};q=0.1", HTML, id="a weight above 1"),
        pytest.param("application/json, text/html;q=0.5", LEGACY, id="an unknown type"),
    ],
)  # fmt: skip
def test_a_page_comes_in_the_form_that_is_wanted_most(
    client: httpx.Client, accept: str | None, form: str
) -> None:
    answer = client.get(PAGE, headers={} if accept is None else {"Accept": accept})

    assert answer.status_code == 200
    assert media_type(answer) == form
    assert answer.content.startswith(b"{" if form == JSON else b"<!DOCTYPE html>")


def test_several_accept_headers_are_one_list(client: httpx.Client) -> None:
    answer = client.get(PAGE, headers=[("Accept", "text/html;q=0.1"), ("Accept", JSON)])

    assert media_type(answer) == JSON


@pytest.mark.parametrize("path", ["/simple/", PAGE])
@pytest.mark.parametrize(
    "accept",
    ["application/json", "application/vnd.pypi.simple.v2+json", "text/html;q=0", "*/*;q=0"],
)
def test_a_page_in_no_form_that_is_taken_is_refused(
    client: httpx.Client, path: str, accept: str
) -> None:
    answer = client.get(path, headers={"Accept": accept})

    assert answer.status_code == 406
    assert answer.json()["code"] == "NOT_ACCEPTABLE"
    assert JSON in answer.json()["params"]["hint"]


@pytest.mark.parametrize("form", [JSON, HTML, LEGACY])
def test_the_query_names_a_form_before_any_header(client: httpx.Client, form: str) -> None:
    answer = client.get(PAGE, params={"format": form}, headers={"Accept": "application/json"})

    assert media_type(answer) == form


def test_a_form_may_be_typed_into_an_address_as_it_is(client: httpx.Client) -> None:
    assert media_type(client.get(f"{PAGE}?format={JSON}")) == JSON


def test_the_query_cannot_name_a_form_that_is_none(client: httpx.Client) -> None:
    assert client.get(PAGE, params={"format": "*/*"}).status_code == 406


@pytest.mark.parametrize(
    ("accepted", "encoding"),
    [
        ("gzip", "gzip"),
        ("br, GZIP;q=0.1", "gzip"),
        ("*", "gzip"),
        ("gzip;q=0, *", None),
        ("identity", None),
        ("", None),
    ],
)
def test_a_page_is_compressed_for_who_takes_that(
    client: httpx.Client, accepted: str, encoding: str | None
) -> None:
    plain = client.get("/simple/piece-gelato/", headers={"Accept": JSON})
    with client.stream(
        "GET", PAGE, headers={"Accept": JSON, "Accept-Encoding": accepted}
    ) as answer:
        raw = b"".join(answer.iter_raw())

    assert answer.headers.get("content-encoding") == encoding
    assert answer.headers["content-length"] == str(len(raw))
    assert (gzip.decompress(raw) if encoding else raw) == plain.content
    assert (answer.headers["etag"] == plain.headers["etag"]) == (encoding is None)


def test_a_page_says_what_it_depends_on_and_is_asked_for_anew(client: httpx.Client) -> None:
    answer = client.get(PAGE)

    assert answer.headers["vary"] == "Accept, Accept-Encoding, Authorization"
    assert answer.headers["cache-control"] == "private, no-cache"
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_each_form_of_a_page_has_an_entity_tag_of_its_own(client: httpx.Client) -> None:
    tags = [
        client.get(PAGE, headers={"Accept": form}).headers["etag"] for form in (JSON, HTML, LEGACY)
    ]

    assert len(set(tags)) == 3


@pytest.mark.parametrize("path", ["/simple/", PAGE, FILE, f"{FILE}.metadata"])
@pytest.mark.parametrize("form", ["{}", "W/{}", '"other,", {}', '"a", W/{}, "b"', "*"])
def test_what_a_client_has_already_is_not_sent_again(
    client: httpx.Client, path: str, form: str
) -> None:
    full = client.get(path)

    answer = client.get(path, headers={"If-None-Match": form.format(full.headers["etag"])})

    assert answer.status_code == 304
    assert answer.content == b""
    for name in ("etag", "cache-control", "vary", "x-content-type-options"):
        assert answer.headers[name] == full.headers[name]


@pytest.mark.parametrize("tag", ['"other"', "unquoted", "", '""', "W/", '"'])
def test_what_a_client_has_not_is_sent(client: httpx.Client, tag: str) -> None:
    assert client.get(PAGE, headers={"If-None-Match": tag}).status_code == 200


def test_a_page_is_another_after_a_version_was_published(
    instance: Instance, client: httpx.Client, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("wheels")
    path = "/simple/piece-growing/"
    for version in ("0.1.0", "0.2.0"):
        content = build_wheel(folder, "piece-growing", version).read_bytes()
        before = client.get(path, headers={"Accept": JSON})
        published = publish(instance, content, name="piece-growing", version=version)
        assert published.status_code == 201

    tag = before.headers["etag"]
    answer = client.get(path, headers={"Accept": JSON, "If-None-Match": tag})

    assert answer.status_code == 200
    assert answer.json()["versions"] == ["0.1.0", "0.2.0"]


def test_a_file_is_kept_by_clients_for_good(client: httpx.Client, wheel: bytes) -> None:
    answer = client.get(FILE)

    assert answer.headers["etag"] == f'"{hashlib.sha256(wheel).hexdigest()}"'
    assert answer.headers["cache-control"] == "private, max-age=31536000, immutable"
    assert answer.headers["vary"] == "Authorization"
    assert answer.headers["accept-ranges"] == "bytes"


@pytest.mark.parametrize(
    ("ranges", "first", "last"),
    [
        ("0-0", 0, 0),
        ("10-19", 10, 19),
        ("10-", 10, -1),
        ("-5", -5, -1),
        ("0-99999999", 0, -1),
        ("-99999999", 0, -1),
    ],
)
def test_a_part_of_a_file_may_be_asked_for(
    client: httpx.Client, wheel: bytes, ranges: str, first: int, last: int
) -> None:
    size = len(wheel)
    start, end = first % size, last % size

    answer = client.get(FILE, headers={"Range": f"bytes={ranges}"})

    assert answer.status_code == 206
    assert answer.content == wheel[start : end + 1]
    assert answer.headers["content-range"] == f"bytes {start}-{end}/{size}"
    assert answer.headers["content-length"] == str(end - start + 1)


@pytest.mark.parametrize("ranges", ["bytes=99999999-", "bytes=-0"])
def test_a_part_behind_the_end_is_refused(client: httpx.Client, wheel: bytes, ranges: str) -> None:
    answer = client.get(FILE, headers={"Range": ranges})

    assert answer.status_code == 416
    assert answer.headers["content-range"] == f"bytes */{len(wheel)}"
    assert answer.json()["code"] == "RANGE_NOT_SATISFIABLE"


@pytest.mark.parametrize(
    "ranges",
    ["bytes=5-1", "bytes=-", "bytes=a-b", "lines=1-2", "bytes=0-1,5-6", "bytes", "bytes=0-1;"],
)
def test_a_part_that_cannot_be_understood_is_the_whole_file(
    client: httpx.Client, wheel: bytes, ranges: str
) -> None:
    answer = client.get(FILE, headers={"Range": ranges})

    assert answer.status_code == 200
    assert answer.content == wheel


@pytest.mark.parametrize(
    ("if_range", "status"),
    [("{}", 206), ("W/{}", 200), ('"other"', 200), ("Sun, 22 Nov 2026 10:00:00 GMT", 200)],
)
def test_a_part_is_sent_only_of_the_file_that_the_client_has(
    client: httpx.Client, if_range: str, status: int
) -> None:
    tag = client.get(FILE).headers["etag"]

    answer = client.get(FILE, headers={"Range": "bytes=0-1", "If-Range": if_range.format(tag)})

    assert answer.status_code == status


def test_a_public_index_may_be_kept_by_shared_caches(
    tmp_path_factory: pytest.TempPathFactory, wheel: bytes
) -> None:
    with running_instance(tmp_path_factory.mktemp("data"), AP_PUBLIC_READ="true") as public:
        assert publish(public, wheel).status_code == 201

        page, file = (httpx.get(f"{public.url}{path}") for path in (PAGE, FILE))

    assert page.headers["cache-control"] == "no-cache"
    assert page.headers["vary"] == "Accept, Accept-Encoding"
    assert file.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert "vary" not in file.headers


def test_a_large_file_is_read_no_further_once_the_client_has_gone(
    instance: Instance, tmp_path_factory: pytest.TempPathFactory
) -> None:
    noise = random.Random(1).randbytes(16_000_000)
    files = {**wheel_files("piece-large"), "piece_large/noise.bin": noise}
    path = write_wheel(tmp_path_factory.mktemp("wheels") / "large.whl", files)
    assert publish(instance, path.read_bytes(), name="piece-large").status_code == 201
    address = "/simple/piece-large/piece_large-0.1.0-py3-none-any.whl"
    with socket.socket() as client:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)  # it buffers next to nothing
        client.connect(("127.0.0.1", int(instance.url.rpartition(":")[2])))
        asked = f"GET {address} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {instance.key}\r\n\r\n"
        client.sendall(asked.encode())
        assert client.recv(12) == b"HTTP/1.1 200"

    logged = log_line(instance, address)
    assert 0 < logged["bytes"] < len(noise)


def log_line(instance: Instance, path: str) -> dict[str, int]:
    """The line of the access log about a path, as soon as it is there."""
    until = time.monotonic() + 30
    while time.monotonic() < until:
        # Read beside the file's position, at which the instance writes.
        for line in os.pread(instance.log.fileno(), 10_000_000, 0).decode().splitlines():
            if f'"{path}"' in line:
                found: dict[str, int] = json.loads(line)
                return found
        time.sleep(0.02)
    raise AssertionError(f"{path} is not in the log")
