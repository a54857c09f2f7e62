"""Answers that are read piece by piece."""

from __future__ import annotations

import asyncio
import gzip
from asyncio import StreamReader, StreamWriter
from collections.abc import Awaitable, Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pieces_common import HttpError, HttpMethod, RetryableHttpError, http_client
from pieces_framework import AuthorCodeError, FatalError
from pieces_framework.call_scope import call_scope
from tests.common.web_server import WebServer, raw_server, web_server

GET = HttpMethod.GET
HEAD = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"


def in_chunks(
    *chunks: bytes, then: Callable[[], Awaitable[object]] | None = None
) -> Callable[[StreamReader, StreamWriter], Awaitable[None]]:
    async def answer(_: StreamReader, writer: StreamWriter) -> None:
        writer.write(HEAD)
        for chunk in chunks:
            writer.write(b"%x\r\n%s\r\n" % (len(chunk), chunk))
            await writer.drain()
        if then is not None:
            await then()
        writer.write(b"0\r\n\r\n")
        await writer.drain()

    return answer


async def test_pieces_are_given_before_the_answer_ends() -> None:
    read_one = asyncio.Event()

    async with (
        raw_server(in_chunks(b"one", then=read_one.wait)) as url,
        http_client.stream(GET, url) as response,
    ):
        pieces: list[bytes] = []
        async for piece in response.iter_bytes():
            pieces.append(piece)
            read_one.set()

    assert b"".join(pieces) == b"one"


async def test_stream_has_status_and_headers_and_asks_for_anything(web: WebServer) -> None:
    url = web.answer("/", b"a", status=206, headers={"Content-Range": "bytes 0-0/9"})

    async with http_client.stream(GET, url) as response:
        seen = (response.status, response.headers["content-range"])

    assert seen == (206, "bytes 0-0/9")
    assert web.sent[0].headers["accept"] == "*/*"


async def test_compressed_stream_is_decompressed(web: WebServer) -> None:
    data = bytes(1_000_000)
    url = web.answer("/", gzip.compress(data), headers={"Content-Encoding": "gzip"})

    async with http_client.stream(GET, url) as response:
        pieces = [piece async for piece in response.iter_bytes()]

    assert b"".join(pieces) == data
    assert max(map(len, pieces)) <= 2**16


@settings(max_examples=40)
@given(
    lines=st.lists(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r\n"))),
    ending=st.sampled_from(["\n", "\r\n"]),
    size=st.integers(1, 9),
)
async def test_lines_are_whole_however_they_are_cut(
    lines: list[str], ending: str, size: int
) -> None:
    data = ending.join([*lines, "the last"]).encode()
    chunks = [data[at : at + size] for at in range(0, len(data), size)]

    async with raw_server(in_chunks(*chunks)) as url, http_client.stream(GET, url) as response:
        read = [line async for line in response.iter_lines()]

    assert read == [*lines, "the last"]


async def test_lines_are_read_in_the_character_set_of_the_answer(web: WebServer) -> None:
    headers = {"Content-Type": "text/plain; charset=latin-1"}
    url = web.answer("/", b"cr\xe8me\n", headers=headers)

    async with http_client.stream(GET, url) as response:
        lines = [line async for line in response.iter_lines()]

    assert lines == ["crème"]


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32"])
async def test_lines_are_read_with_and_without_a_byte_order_mark(
    web: WebServer, encoding: str
) -> None:
    named = encoding if encoding.endswith("be") else encoding.removesuffix("-le")
    headers = {"Content-Type": f"text/plain; charset={named}"}
    url = web.answer("/", "crème\nb".encode(encoding), headers=headers)

    async with http_client.stream(GET, url) as response:
        lines = [line async for line in response.iter_lines()]

    assert lines == ["crème", "b"]


@pytest.mark.parametrize("encoding", ["utf-16", "utf-32"])
async def test_lines_without_a_byte_order_mark_may_begin_with_one_byte(encoding: str) -> None:
    data = "hé\nyo".encode(f"{encoding}-le")
    content_type = b"Content-Type: text/plain; charset=%s\r\n" % encoding.encode()

    async def answer(_: StreamReader, writer: StreamWriter) -> None:
        writer.write(HEAD.replace(b"\r\n\r\n", b"\r\n" + content_type + b"\r\n"))
        for at in range(len(data)):
            writer.write(b"1\r\n%s\r\n" % data[at : at + 1])
        writer.write(b"0\r\n\r\n")
        await writer.drain()

    async with raw_server(answer) as url, http_client.stream(GET, url) as response:
        lines = [line async for line in response.iter_lines()]

    assert lines == ["hé", "yo"]


async def test_line_without_an_end_is_not_held_for_ever() -> None:
    async def answer(_: StreamReader, writer: StreamWriter) -> None:
        writer.write(HEAD)
        while True:
            writer.write(b"100000\r\n" + bytes(0x100000) + b"\r\n")
            await writer.drain()

    async with raw_server(answer) as url, http_client.stream(GET, url) as response:
        with pytest.raises(FatalError, match="without line breaks"):
            async for _ in response.iter_lines():
                pass


@pytest.mark.parametrize(("status", "kind"), [(404, HttpError), (503, RetryableHttpError)])
async def test_error_is_raised_before_the_block(
    web: WebServer, status: int, kind: type[HttpError]
) -> None:
    url = web.answer("/", b'{"why": "because"}', status=status)

    with pytest.raises(kind, match=str(status)) as caught:
        async with http_client.stream(GET, url):
            pytest.fail("the block was entered")

    assert caught.value.body == {"why": "because"}


async def test_opening_is_tried_again(web: WebServer) -> None:
    url = web.answer("/", status=503, headers={"Retry-After": "0"})

    with pytest.raises(RetryableHttpError):
        async with http_client.stream(GET, url, retries=1):
            pytest.fail("the block was entered")

    assert len(web.sent) == 2


async def test_limit_holds_for_what_is_iterated(web: WebServer) -> None:
    url = web.answer("/", b"12345")

    async with http_client.stream(GET, url, max_response_bytes=4) as response:
        with pytest.raises(FatalError, match="more than the 4 bytes"):
            async for _ in response.iter_bytes():
                pass


async def test_stream_that_stops_coming_ends_with_the_time_limit() -> None:
    never = asyncio.Event()

    async with (
        raw_server(in_chunks(b"one", then=never.wait)) as url,
        http_client.stream(GET, url, timeout_s=0.2) as response,
    ):
        with pytest.raises(RetryableHttpError, match=r"took longer than 0\.2 s") as caught:
            async for _ in response.iter_bytes():
                pass

    assert caught.value.__context__ is None


async def test_stream_that_comes_in_drops_ends_with_the_time_limit() -> None:
    async def drip(_: StreamReader, writer: StreamWriter) -> None:
        writer.write(HEAD)
        for _number in range(300):
            writer.write(b"1\r\n.\r\n")
            await asyncio.sleep(0.02)
        writer.write(b"0\r\n\r\n")

    async with raw_server(drip) as url, http_client.stream(GET, url, timeout_s=0.3) as response:
        with pytest.raises(RetryableHttpError, match=r"took longer than 0\.3 s"):
            async for _ in response.iter_bytes():
                pass


async def test_answer_that_never_begins_ends_with_the_time_limit() -> None:
    never = asyncio.Event()

    async def answer(_: StreamReader, __: StreamWriter) -> None:
        await never.wait()

    async with raw_server(answer) as url:
        with pytest.raises(RetryableHttpError, match=r"took longer than 0\.2 s"):
            async with http_client.stream(GET, url, timeout_s=0.2):
                pytest.fail("the block was entered")


async def test_time_that_the_block_takes_does_not_count() -> None:
    go_on = asyncio.Event()

    async with (
        raw_server(in_chunks(b"one", then=go_on.wait)) as url,
        http_client.stream(GET, url, timeout_s=5) as response,
    ):
        pieces = response.iter_bytes()
        first = await anext(pieces)
        loop = asyncio.get_running_loop()
        real = loop.time
        loop.time = lambda: real() + 60  # type: ignore[method-assign]
        go_on.set()
        rest = [piece async for piece in pieces]

    assert (first, rest) == (b"one", [])


async def test_stream_that_breaks_off_can_be_retried() -> None:
    async def answer(_: StreamReader, writer: StreamWriter) -> None:
        writer.write(HEAD + b"5\r\nhal")

    async with raw_server(answer) as url, http_client.stream(GET, url) as response:
        with pytest.raises(RetryableHttpError, match="broke off"):
            async for _ in response.iter_bytes():
                pass


async def test_stream_is_read_once_and_inside_its_block(web: WebServer) -> None:
    async with http_client.stream(GET, web.answer("/", b"1")) as response:
        first = [piece async for piece in response.iter_bytes()]
        with pytest.raises(AuthorCodeError, match="was read before"):
            await anext(response.iter_bytes())
    async with http_client.stream(GET, web.answer("/", b"1")) as unread:
        pass
    with pytest.raises(AuthorCodeError, match="its block was left"):
        await anext(unread.iter_bytes())

    assert first == [b"1"]


async def test_connection_is_kept_if_all_was_read_and_closed_if_not() -> None:
    async def run(url: str) -> None:
        async with http_client.stream(GET, url) as whole:
            async for _ in whole.iter_bytes():
                pass
        async with http_client.stream(GET, url):
            pass
        await http_client.send_request(GET, url)

    with web_server(keeps_connections=True) as web:
        async with call_scope():
            await run(web.answer("/", b"x" * 10_000_000))

        assert web.connections.opened == 2
        assert web.connections.all_closed()
