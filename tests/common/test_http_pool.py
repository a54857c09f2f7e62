"""Connections: kept while a piece's function runs, closed with it, and sharing nothing else."""

from __future__ import annotations

import asyncio
from asyncio import StreamReader, StreamWriter
from collections.abc import Awaitable, Callable, Iterator
from contextlib import nullcontext
from typing import TypeVar

import pytest

from pieces_common import BearerToken, HttpMethod, RetryableHttpError, http_client
from pieces_framework import FatalError, JsonValue, calling
from tests.common.hostile_server import Talk, answering, hostile_server, in_turn, response
from tests.common.web_server import Answer, WebServer, raw_server, web_server

GET, DELETE = HttpMethod.GET, HttpMethod.DELETE
ResultT = TypeVar("ResultT")


async def in_a_run(function: Callable[[str], Awaitable[ResultT]], url: str) -> ResultT:
    return await calling.call(function, url)


@pytest.fixture
def lasting() -> Iterator[WebServer]:
    """A server that keeps its connections open."""
    with web_server(keeps_connections=True) as server:
        yield server


async def _get(url: str) -> JsonValue:
    return (await http_client.send_request(HttpMethod.GET, url)).body


async def _get_thrice(url: str) -> list[JsonValue]:
    return [await _get(url) for _ in range(3)]


async def test_requests_of_one_run_share_a_connection(lasting: WebServer) -> None:
    url = lasting.answer("/", b"1")

    bodies = await in_a_run(_get_thrice, url)

    assert bodies == [1, 1, 1]
    assert lasting.connections.opened == 1
    assert lasting.connections.all_closed()


async def test_each_run_has_connections_of_its_own(lasting: WebServer) -> None:
    url = lasting.answer("/", b"1")

    await in_a_run(_get_thrice, url)
    await in_a_run(_get_thrice, url)

    assert lasting.connections.opened == 2


async def test_connections_are_closed_when_a_run_fails(lasting: WebServer) -> None:
    url = lasting.answer("/", b"1")

    async def run(url: str) -> None:
        await _get(url)
        raise RuntimeError("the piece is broken")

    with pytest.raises(RuntimeError, match="broken"):
        await in_a_run(run, url)

    assert lasting.connections.all_closed()


async def test_concurrent_requests_of_one_run_have_a_connection_each_and_keep_it(
    lasting: WebServer,
) -> None:
    url = lasting.answer("/", b"1")

    async def run(url: str) -> list[JsonValue]:
        first = await asyncio.gather(*(_get(url) for _ in range(8)))
        return first + await asyncio.gather(*(_get(url) for _ in range(8)))

    bodies = await in_a_run(run, url)

    assert bodies == [1] * 16
    assert 1 <= lasting.connections.opened <= 8
    assert lasting.connections.all_closed()


async def test_request_outside_of_a_run_closes_its_connection(lasting: WebServer) -> None:
    url = lasting.answer("/", b"1")

    await _get_thrice(url)

    assert lasting.connections.opened == 3
    assert lasting.connections.all_closed()


async def test_connection_outlives_answers_that_are_errors_and_redirects(
    lasting: WebServer,
) -> None:
    wrong = lasting.answer("/wrong", b'{"why": "because"}', status=404)
    lasting.answer("/new", b"1")
    moved = lasting.answer("/old", b"over there", status=302, headers={"Location": "/new"})

    async def run(_: str) -> None:
        with pytest.raises(Exception, match="404"):
            await _get(wrong)
        await _get(moved)

    await in_a_run(run, "")

    assert lasting.connections.opened == 1


async def test_credentials_of_a_request_are_not_sent_with_the_next_one(lasting: WebServer) -> None:
    url = lasting.answer("/", b"1").replace("http://", "http://ada:pw@")

    async def run(url: str) -> None:
        await _get(url)
        await http_client.send_request(HttpMethod.GET, url, authentication=BearerToken("t-1"))
        await _get(url.replace("ada:pw@", ""))

    await in_a_run(run, url)

    sent = [each.headers.get("authorization") for each in lasting.sent]
    assert sent == ["Basic YWRhOnB3", "Bearer t-1", None]


@pytest.mark.parametrize("method", [HttpMethod.GET, HttpMethod.POST], ids=lambda each: each.name)
async def test_connection_that_the_service_closed_meanwhile_is_replaced(method: HttpMethod) -> None:
    closed = asyncio.Event()

    async def answer(_: StreamReader, writer: StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n1")
        await writer.drain()
        writer.close()
        await writer.wait_closed()
        closed.set()

    async def run(url: str) -> list[JsonValue]:
        bodies: list[JsonValue] = []
        for _ in range(3):
            bodies.append((await http_client.send_request(method, url)).body)
            await closed.wait()
            closed.clear()
        return bodies

    async with raw_server(answer) as url:
        bodies = await in_a_run(run, url)

    assert bodies == [1, 1, 1]


@pytest.mark.parametrize(
    ("method", "sent"),
    [(GET, 3), (HttpMethod.HEAD, 3), (HttpMethod.POST, 2), (HttpMethod.PUT, 2), (DELETE, 2)],
    ids=["get", "head", "post", "put", "delete"],
)
async def test_request_that_a_kept_connection_lost_is_sent_again_only_if_it_does_no_harm(
    method: HttpMethod, sent: int
) -> None:
    heads = 0

    async def answer(reader: StreamReader, writer: StreamWriter) -> None:
        nonlocal heads
        heads += 1
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n1")
        await reader.readuntil(b"\r\n\r\n")  # the second request finds the connection open ...
        heads += 1  # ... and loses it

    async def run(url: str) -> JsonValue:
        await _get(url)
        return (await http_client.send_request(method, url)).body

    async with raw_server(answer) as url:
        is_lost = pytest.raises(RetryableHttpError, match="broke off")
        with is_lost if sent == 2 else nullcontext():
            await in_a_run(run, url)

    assert heads == sent


async def test_http_goes_through_the_proxy_of_the_environment(
    web: WebServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", web.url)
    web.answer("/a", b'"by proxy"')

    body = await _get("http://shop.example.com/a?b=1")

    assert body == "by proxy"
    assert web.sent[0].target == "http://shop.example.com/a?b=1"
    assert web.sent[0].headers["host"] == "shop.example.com"


async def test_hosts_of_no_proxy_are_reached_directly(
    web: WebServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("NO_PROXY", "example.com,127.0.0.1")

    body = await _get(web.answer("/a", b"1"))

    assert body == 1


async def test_https_goes_through_a_tunnel_of_the_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = asyncio.Queue[bytes]()

    async def refuse(reader: StreamReader, writer: StreamWriter) -> None:
        writer.write(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n")
        await writer.drain()
        await asked.put(await reader.read())

    async with raw_server(refuse) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", proxy)

        with pytest.raises(RetryableHttpError, match="was not let through by the proxy"):
            await http_client.send_request(
                HttpMethod.GET, "https://shop.example.com/", authentication=BearerToken("t-1")
            )

        after_connect = await asked.get()

    assert after_connect == b""


@pytest.mark.parametrize("proxy", ["nonsense://u:s3cret@h", "http://u:s3cret@h:port"])
async def test_proxy_that_cannot_be_used_is_an_error_that_keeps_its_password(
    proxy: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", proxy)

    with pytest.raises(FatalError, match="proxy that the environment names") as caught:
        await _get("http://shop.example.com/")

    assert "s3cret" not in f"{caught.value!r} {caught.value.__context__!r}"


async def test_connection_that_broke_off_does_not_spoil_the_next_request(web: WebServer) -> None:
    web.answers["/broken"] = Answer(break_off=True)
    whole = web.answer("/", b"1")

    async def run(_: str) -> JsonValue:
        with pytest.raises(RetryableHttpError):
            await _get(f"{web.url}/broken")
        return await _get(whole)

    assert await in_a_run(run, "") == 1


async def test_request_that_outlives_its_run_is_cut_off() -> None:
    has_come = asyncio.Event()

    async def hang(talk: Talk) -> None:
        has_come.set()
        await talk.say_nothing()

    async def run(url: str) -> asyncio.Task[JsonValue]:
        await _get(url)
        task = asyncio.create_task(_get(url))
        await has_come.wait()
        return task

    async with hostile_server(in_turn([answering(response(b"1")), hang])) as server:
        task = await in_a_run(run, server.url())
        with pytest.raises(RetryableHttpError, match="the run it belongs to is over"):
            await task


async def test_stream_that_outlives_its_run_is_opened_again_without_it() -> None:
    has_come = asyncio.Event()

    async def hang(talk: Talk) -> None:
        has_come.set()
        await talk.say_nothing()

    async def read(url: str) -> bytes:
        async with http_client.stream(GET, url, retries=1) as answer:
            return b"".join([piece async for piece in answer.iter_bytes()])

    async def run(url: str) -> asyncio.Task[bytes]:
        task = asyncio.create_task(read(url))
        await has_come.wait()
        return task

    async with hostile_server(in_turn([hang, answering(response(b"again"))])) as server:
        task = await in_a_run(run, server.url())
        body = await task

    assert body == b"again"
