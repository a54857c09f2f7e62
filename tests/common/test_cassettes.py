"""What is recorded is replayed, by every library that is covered, and nothing else is."""

from __future__ import annotations

import asyncio
import gzip
import json
import socket
import threading
import urllib.request
import zlib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.error import HTTPError

import httpx
import pytest
import requests

from pieces_common import HttpError, HttpMethod, RetryableHttpError, http_client
from pieces_common.testing import DEFAULT_MAX_AGE, CassetteError, record, replay
from pieces_framework import JsonValue
from tests.common.web_server import Answer, WebServer

FAR = "192.0.2.1"
WHEN = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "cassettes" / "shop.json"


async def get(url: str) -> object:
    return (await http_client.send_request(HttpMethod.GET, url)).body


def fetch(url: str) -> object:
    return asyncio.run(get(url))


def by_urllib(url: str) -> bytes:
    with urllib.request.urlopen(url) as answer:
        data: bytes = answer.read()
    return data


def by_requests(url: str) -> bytes:
    return requests.get(url, timeout=10).content


def by_requests_session(url: str) -> bytes:
    with requests.Session() as session:
        return session.get(url, timeout=10).content


def by_httpx(url: str) -> bytes:
    return httpx.get(url).content


def by_httpx_client(url: str) -> bytes:
    with httpx.Client() as client, client.stream("GET", url) as answer:
        return b"".join(answer.iter_bytes())


def by_async_httpx(url: str) -> bytes:
    async def ask() -> bytes:
        async with httpx.AsyncClient() as client:
            return (await client.get(url)).content

    return asyncio.run(ask())


def by_http_client(url: str) -> bytes:
    body = asyncio.run(http_client.send_request(HttpMethod.GET, url)).body
    return str(body).encode()


def bare_deflate(data: bytes) -> bytes:
    return zlib.compress(data, wbits=-15)


LIBRARIES = [
    by_http_client,
    by_httpx,
    by_httpx_client,
    by_async_httpx,
    by_requests,
    by_requests_session,
    by_urllib,
]


@pytest.mark.parametrize("library", LIBRARIES)
def test_an_answer_is_replayed_without_the_service(
    web: WebServer, path: Path, library: Callable[[str], bytes]
) -> None:
    url = web.answer("/a", "crème".encode(), headers={"Content-Type": "text/plain; charset=utf-8"})
    with record(path):
        library(url)
    web.sent.clear()

    with replay(path):
        replayed = library(url)

    assert replayed.decode() == "crème"
    assert web.sent == []


@pytest.mark.parametrize("library", LIBRARIES)
def test_a_request_that_is_not_recorded_is_refused(
    web: WebServer, path: Path, library: Callable[[str], bytes]
) -> None:
    url = web.answer("/orders", b"{}")
    with record(path):
        library(url)
    web.sent.clear()

    with pytest.raises(CassetteError) as caught, replay(path):
        library(f"{web.url}/order?limit=3")

    assert str(caught.value) == f"`GET {web.url}/order` is not recorded in `{path}`"
    assert f"the nearest is `GET {web.url}/orders`" in caught.value.hint
    assert "its path, its query (`limit`)" in caught.value.hint
    assert web.sent == []


BODIES = [
    pytest.param({"a": [1, {"b": None}], "ü": "x"}, {}, id="json"),
    pytest.param(
        {"a": "1 2", "b": "x&y"}, {"Content-Type": "application/x-www-form-urlencoded"}, id="form"
    ),
    pytest.param("plain", {"Content-Type": "text/plain"}, id="text"),
]


@pytest.mark.parametrize(("body", "headers"), BODIES)
@pytest.mark.parametrize("method", [HttpMethod.POST, HttpMethod.PUT, HttpMethod.DELETE])
async def test_a_request_with_a_body_is_recognised(
    web: WebServer,
    path: Path,
    method: HttpMethod,
    body: JsonValue,
    headers: dict[str, str],
) -> None:
    url = web.answer("/a", b'{"id": 7}', status=201)

    async def send() -> object:
        answer = await http_client.send_request(method, url, body=body, headers=headers)
        return answer.status, answer.body

    with record(path):
        recorded = await send()
    with replay(path):
        replayed = await send()

    assert recorded == replayed == (201, {"id": 7})
    assert len(web.sent) == 1


async def test_a_body_that_differs_is_another_request(web: WebServer, path: Path) -> None:
    url = web.answer("/a", b"1")
    with record(path):
        await http_client.send_request(HttpMethod.POST, url, body={"yes": 1})

    with pytest.raises(CassetteError) as caught, replay(path):
        await http_client.send_request(HttpMethod.POST, url, body={"yes": True})

    assert caught.value.hint.startswith(
        f"the nearest is `POST {url}`, which differs in its body (`yes`)"
    )


@pytest.mark.parametrize(
    ("asked", "named"),
    [
        pytest.param({"items": [{"id": 1}, {"id": 3}]}, "`items[1].id`", id="deep"),
        pytest.param({"items": [{"id": 1}]}, "`items`", id="shorter-list"),
        pytest.param({"items": None}, "`items`", id="other-type"),
        pytest.param({"items": [{"id": 1}, {"id": 2}], "a b": 1}, '`["a b"]`', id="added"),
        pytest.param({}, "`items`", id="left-out"),
        pytest.param(dict.fromkeys("gfedcba", 1), "`a`, `b`, `c`, `d`, `e`", id="at-most-five"),
    ],
)
def test_what_differs_in_a_json_body_is_named(
    web: WebServer, path: Path, asked: JsonValue, named: str
) -> None:
    url = web.answer("/a", b"1")
    with record(path):
        httpx.post(url, json={"items": [{"id": 1}, {"id": 2.0}]})

    with pytest.raises(CassetteError) as caught, replay(path):
        httpx.post(url, json=asked)

    assert f"which differs in its body ({named});" in caught.value.hint


@pytest.mark.parametrize(
    ("asked", "named"),
    [
        pytest.param({"data": {"a": "1", "b": "3", "c": ""}}, "its body (`b`, `c`);", id="form"),
        pytest.param({"json": {"a": "1"}}, "its body;", id="of-another-kind"),
        pytest.param({"content": b"text"}, "its body;", id="text"),
    ],
)
def test_what_differs_in_a_form_is_named(
    web: WebServer, path: Path, asked: dict[str, Any], named: str
) -> None:
    url = web.answer("/a", b"1")
    with record(path):
        httpx.post(url, data={"a": "1", "b": "2"})

    with pytest.raises(CassetteError) as caught, replay(path):
        httpx.post(url, **asked)

    assert named in caught.value.hint
    assert "3" not in caught.value.hint.replace(url, "")


@pytest.mark.parametrize("library", [by_httpx, by_requests, by_urllib])
def test_bytes_come_back_as_they_were(
    web: WebServer, path: Path, library: Callable[[str], bytes]
) -> None:
    data = bytes(range(256)) * 3
    url = web.answer("/photo", data, headers={"Content-Type": "image/png"})
    with record(path):
        library(url)

    with replay(path):
        replayed = library(url)

    assert replayed == data


@pytest.mark.parametrize(
    ("coding", "compress"),
    [
        ("gzip", gzip.compress),
        ("deflate", zlib.compress),
        ("deflate", bare_deflate),
        ("identity", bytes),
    ],
    ids=["gzip", "deflate", "bare-deflate", "identity"],
)
@pytest.mark.parametrize("library", [by_httpx, by_requests])
def test_a_compressed_answer_can_be_read_in_the_cassette(
    web: WebServer,
    path: Path,
    library: Callable[[str], bytes],
    coding: str,
    compress: Callable[[bytes], bytes],
) -> None:
    url = web.answer("/a", compress(b"lemon, lime"), headers={"Content-Encoding": coding})
    with record(path):
        library(url)

    with replay(path):
        replayed = library(url)

    assert replayed == b"lemon, lime"
    assert '"text": "lemon, lime"' in path.read_text()


def test_a_coding_that_hides_the_body_is_refused(web: WebServer, path: Path) -> None:
    url = web.answer("/a", b"\x8b\xff\x80", headers={"Content-Encoding": "br"})

    with pytest.raises(CassetteError, match="coding 'br', which cannot be undone"), record(path):
        by_urllib(url)

    assert not path.exists()


@pytest.mark.parametrize(
    ("status", "error"), [(404, HttpError), (429, RetryableHttpError), (503, RetryableHttpError)]
)
async def test_a_refusal_of_the_service_is_replayed(
    web: WebServer, path: Path, status: int, error: type[HttpError]
) -> None:
    url = web.answer("/a", b'{"why": 1}', status=status, headers={"Retry-After": "7"})
    with record(path), pytest.raises(error):
        await get(url)

    with replay(path), pytest.raises(error) as caught:
        await get(url)

    assert (caught.value.status, caught.value.body) == (status, {"why": 1})
    assert caught.value.headers["retry-after"] == "7"


def test_a_refusal_reaches_urllib_as_its_own_error(web: WebServer, path: Path) -> None:
    url = web.answer("/a", b"no", status=403)
    with record(path), pytest.raises(HTTPError) as recorded:
        by_urllib(url)
    recorded.value.close()

    with replay(path), pytest.raises(HTTPError) as replayed:
        by_urllib(url)
    replayed.value.close()

    assert (replayed.value.code, replayed.value.reason) == (403, "Forbidden")


async def test_a_redirect_is_replayed_hop_by_hop(web: WebServer, path: Path) -> None:
    url = web.answer("/old", status=302, headers={"Location": "/new?page=2"})
    web.answer("/new", b'"there"')
    with record(path):
        await get(url)

    with replay(path):
        replayed = await get(url)

    assert replayed == "there"
    assert len(web.sent) == 2


async def test_answers_to_equal_requests_are_given_in_order_once_each(
    web: WebServer, path: Path
) -> None:
    with record(path):
        for state in (b'"queued"', b'"done"'):
            await get(web.answer("/job", state))

    with pytest.raises(CassetteError, match=r"is recorded 2 times in .*, and asked once more"):  # noqa: PT012, SIM117
        with replay(path):
            replayed = [await get(f"{web.url}/job") for _ in range(2)]
            assert replayed == ["queued", "done"]
            await get(f"{web.url}/job")


async def test_a_request_that_was_recorded_once_is_answered_once(
    web: WebServer, path: Path
) -> None:
    url = web.answer("/a", b"1")
    with record(path):
        await get(url)

    with pytest.raises(CassetteError) as caught, replay(path):  # noqa: PT012 -- the last one raises
        await get(url)
        await get(url)

    assert str(caught.value) == f"`GET {url}` is recorded once in `{path}`, and asked once more"


async def test_the_order_of_a_query_does_not_count_but_of_equal_names(
    web: WebServer, path: Path
) -> None:
    url = web.answer("/a", b"1")
    with record(path):
        await get(f"{url}?a=1&b=x%20y&b=2")

    with replay(path):
        replayed = await get(f"{url}?b=x+y&b=2&a=1")
    with pytest.raises(CassetteError), replay(path):
        await get(f"{url}?b=2&b=x+y&a=1")

    assert replayed == 1


def test_requests_at_the_same_time_get_their_own_answers(web: WebServer, path: Path) -> None:
    first_waits = threading.Event()
    web.answers["/first"] = Answer(body=b'"first"', wait_for=first_waits)
    second = web.answer("/second", b'"second"')

    async def both() -> list[object]:
        async def then_release() -> object:
            body = await get(second)
            first_waits.set()
            return body

        return list(await asyncio.gather(get(f"{web.url}/first"), then_release()))

    with record(path):
        asyncio.run(both())
    with replay(path):
        replayed = asyncio.run(both())

    assert replayed == ["first", "second"]
    urls = [each["request"]["url"] for each in json.loads(path.read_text())["exchanges"]]
    assert urls == [f"{web.url}/first", f"{web.url}/second"], "in the order they were sent"


def test_threads_that_use_httpx_share_a_cassette(web: WebServer, path: Path) -> None:
    urls = [web.answer(f"/{number}", str(number).encode()) for number in range(8)]
    with record(path), ThreadPoolExecutor(4) as pool:
        list(pool.map(by_httpx, urls))
    web.sent.clear()

    with replay(path), ThreadPoolExecutor(4) as pool:
        replayed = list(pool.map(by_httpx, urls))

    assert replayed == [str(number).encode() for number in range(8)]
    assert web.sent == []


def test_an_upload_is_recognised_though_its_boundary_changes(web: WebServer, path: Path) -> None:
    url = web.answer("/upload", b"ok")

    def upload() -> str:
        return httpx.post(url, data={"to": "x"}, files={"file": ("a.bin", b"\0\xff")}).text

    with record(path):
        upload()
    with replay(path):
        replayed = upload()

    assert replayed == "ok"
    assert web.sent[0].headers["content-type"] not in path.read_text()


async def test_a_refusal_that_the_code_swallows_is_raised_at_the_end(
    web: WebServer, path: Path
) -> None:
    async def careless(url: str) -> object:
        try:
            return await get(url)
        except Exception:  # noqa: BLE001 -- as an author may
            return None

    url = web.answer("/a", b"1")
    with record(path):
        await get(url)

    with pytest.raises(CassetteError, match=f"`GET {url}/b` is not recorded"), replay(path):
        await careless(f"{url}/b")


async def test_a_recorded_request_that_is_not_made_is_named(web: WebServer, path: Path) -> None:
    urls = [web.answer(f"/{number}", b"1") for number in range(5)]
    with record(path):
        for url in urls:
            await get(url)

    with pytest.raises(CassetteError, match="but not asked") as caught, replay(path):
        await get(urls[0])

    assert f"`GET {urls[1]}`, `GET {urls[2]}`, `GET {urls[3]}` and 1 more" in str(caught.value)


async def test_a_cassette_may_hold_more_than_a_test_asks_for(web: WebServer, path: Path) -> None:
    urls = [web.answer(f"/{number}", b"1") for number in range(2)]
    with record(path):
        for url in urls:
            await get(url)

    with replay(path, allow_unused=True):
        replayed = await get(urls[1])

    assert replayed == 1


def test_one_cassette_is_open_at_a_time(web: WebServer, path: Path) -> None:
    url = web.answer("/a", b"1")

    with record(path):
        fetch(url)
        with pytest.raises(CassetteError, match="another cassette is open"), record(path):
            pytest.fail("the block is not entered")

    assert path.exists()


def test_an_exception_in_the_block_writes_nothing(web: WebServer, path: Path) -> None:
    url = web.answer("/a", b"1")

    with pytest.raises(AssertionError), record(path):
        assert fetch(url) == 2

    assert not path.parent.exists()


def test_an_exception_in_the_block_leaves_the_old_cassette(web: WebServer, path: Path) -> None:
    with record(path):
        fetch(web.answer("/a", b"1"))
    old = path.read_bytes()

    with pytest.raises(AssertionError), record(path):
        assert fetch(web.answer("/a", b"2")) == 1

    assert path.read_bytes() == old


def test_a_block_without_a_request_is_a_mistake(path: Path) -> None:
    with pytest.raises(CassetteError, match="no request was made"), record(path):
        pass

    assert not path.exists()


def test_a_service_that_is_not_reached_is_not_recorded(path: Path) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{unused.getsockname()[1]}/"

        with pytest.raises(RetryableHttpError), record(path):
            fetch(url)

    assert not path.exists()


@pytest.mark.parametrize(
    ("age", "max_age"),
    [(timedelta(days=212), DEFAULT_MAX_AGE), (timedelta(days=8), timedelta(days=7))],
    ids=["by-default", "as-asked"],
)
async def test_a_stale_cassette_is_named_by_its_age(
    web: WebServer, path: Path, age: timedelta, max_age: timedelta
) -> None:
    with record(path, clock=lambda: WHEN):
        await get(web.answer("/a", b"1"))

    with (
        pytest.raises(CassetteError) as caught,
        replay(path, clock=lambda: WHEN + age, max_age=max_age),
    ):
        pytest.fail("the block is not entered")

    assert f"was recorded {age.days} days ago" in str(caught.value)
    assert "record it again" in caught.value.hint


@pytest.mark.parametrize(
    ("age", "max_age"),
    [
        (timedelta(days=180), timedelta(days=180)),
        (timedelta(days=9999), None),
        (timedelta(days=-1), timedelta(days=1)),
    ],
    ids=["just-young-enough", "any-age", "a-clock-behind"],
)
async def test_a_cassette_of_the_right_age_is_replayed(
    web: WebServer, path: Path, age: timedelta, max_age: timedelta | None
) -> None:
    url = web.answer("/a", b"1")
    with record(path, clock=lambda: WHEN):
        await get(url)

    with replay(path, clock=lambda: WHEN + age, max_age=max_age):
        replayed = await get(url)

    assert replayed == 1


async def test_headers_that_a_piece_reads_are_kept_on_demand(web: WebServer, path: Path) -> None:
    headers = {"Link": "<x>; rel=next", "X-Version": "3", "ETag": "w1", "X-Request-Id": "r-1"}
    url = web.answer("/a", b"1", headers=headers)
    with record(path, keep_headers=["X-Version"]):
        await get(url)

    with replay(path):
        answer = await http_client.send_request(HttpMethod.GET, url)

    assert dict(answer.headers) == {"link": "<x>; rel=next", "x-version": "3"}
