"""Answers that grow when they are decompressed, or cannot be: they cost neither memory nor time."""

from __future__ import annotations

import asyncio
import functools
import gzip
import tracemalloc
import zlib
from collections.abc import Awaitable, Callable
from typing import Final

import pytest

from pieces_common import HttpError, HttpMethod, RetryableHttpError, http_client
from pieces_framework import FatalError
from tests.common.hostile_server import Talk, answering, hostile_server, outcome, response

GET = HttpMethod.GET
MB: Final = 2**20
LIMIT: Final = MB
"""What a request allows here. It may need some times that much, but no more."""


@functools.cache
def bomb(encodings: str = "gzip") -> bytes:
    """Return what becomes a gigabyte of zeros, or a quarter of one."""
    data = gzip.compress(bytes(64 * MB), 9) * 16  # gzip's streams may follow each other
    if encodings == "deflate":
        compressor = zlib.compressobj(9)
        parts = [compressor.compress(bytes(64 * MB)) for _ in range(4)]
        return b"".join(parts) + compressor.flush()
    for _ in encodings.split(",")[1:]:
        data = gzip.compress(data, 9)
    return data


def compressed(data: bytes, encoding: str = "gzip", status: str = "200 OK") -> bytes:
    return response(data, status=status, headers=f"Content-Encoding: {encoding}\n")


async def whole(url: str, *, limit: int = LIMIT, timeout_s: float = 15) -> object:
    answer = await http_client.send_request(GET, url, max_response_bytes=limit, timeout_s=timeout_s)
    return answer.body


async def streamed(url: str, *, limit: int = LIMIT, timeout_s: float = 15) -> int:
    async with http_client.stream(
        GET, url, max_response_bytes=limit, timeout_s=timeout_s
    ) as answer:
        return sum([len(piece) async for piece in answer.iter_bytes()])


async def most_memory(request: Awaitable[object]) -> tuple[object, int]:
    """Return how a request ended, and the most bytes that Python held meanwhile."""
    tracemalloc.start()
    try:
        ended = await outcome(request)
        return ended, tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "x-gzip", "gzip, gzip", "gzip,gzip,gzip"])
@pytest.mark.parametrize("read", [whole, streamed])
async def test_a_bomb_takes_no_more_memory_than_allowed(
    read: Callable[..., Awaitable[object]], encoding: str
) -> None:
    async with hostile_server(answering(compressed(bomb(encoding), encoding))) as server:
        ended, memory = await most_memory(read(server.url()))

    assert isinstance(ended, FatalError)
    assert f"more than the {LIMIT} bytes" in str(ended)
    assert memory < 8 * LIMIT


async def test_a_bomb_is_stopped_by_the_default_limit() -> None:
    async with hostile_server(answering(compressed(bomb()))) as server:
        ended, memory = await most_memory(http_client.send_request(GET, server.url()))

    assert isinstance(ended, FatalError)
    assert memory < 200 * MB


async def test_a_bomb_can_be_streamed_in_little_memory() -> None:
    async def half_of_it(url: str) -> int:
        size = 0
        async with http_client.stream(GET, url) as answer:
            async for piece in answer.iter_bytes():
                size += len(piece)
                if size > 256 * MB:
                    break
        return size

    async with hostile_server(answering(compressed(bomb("gzip,gzip"), "gzip,gzip"))) as server:
        size, memory = await most_memory(half_of_it(server.url()))

    assert isinstance(size, int)
    assert memory < 16 * MB


@pytest.mark.parametrize("status", ["500 Oops", "404 Not Found"])
async def test_a_bomb_in_an_error_is_cut(status: str) -> None:
    async with hostile_server(answering(compressed(bomb(), status=status))) as server:
        ended, memory = await most_memory(whole(server.url()))

    assert isinstance(ended, HttpError)
    assert ended.status == int(status[:3])
    assert memory < 16 * MB


async def test_a_bomb_in_a_redirect_is_left_alone() -> None:
    async def conduct(talk: Talk) -> None:
        if b" /end " in talk.request:
            await talk.send(response(b'"end"'))
        headers = "Location: /end\nContent-Encoding: gzip\n"
        await talk.send(response(bomb(), status="302 Found", headers=headers))

    async with hostile_server(conduct) as server:
        ended, memory = await most_memory(whole(server.url()))

    assert ended == "end"
    assert memory < 16 * MB


GOOD = gzip.compress(b'{"id": 1}' * 1000)
BROKEN = {
    "not-compressed": b'{"id": 1}',
    "cut-in-the-header": GOOD[:5],
    "cut-in-the-data": GOOD[:40],
    "cut-in-the-checksum": GOOD[:-3],
    "wrong-checksum": GOOD[:-8] + b"\0\0\0\0" + GOOD[-4:],
    "wrong-length": GOOD[:-4] + b"\xff\xff\xff\xff",
    "flipped": GOOD[:20] + bytes([GOOD[20] ^ 255]) + GOOD[21:],
    "of-another-method": GOOD[:2] + b"\x07" + GOOD[3:],
    "followed-by-a-broken-stream": GOOD + GOOD[:-3],
    "random": bytes(range(256)) * 40,
}


@pytest.mark.parametrize("data", BROKEN.values(), ids=BROKEN.keys())
@pytest.mark.parametrize("encoding", ["gzip", "deflate", "gzip, gzip"])
@pytest.mark.parametrize("read", [whole, streamed])
async def test_broken_compression_is_an_error(
    read: Callable[..., Awaitable[object]], encoding: str, data: bytes
) -> None:
    async with hostile_server(answering(compressed(data, encoding))) as server:
        ended = await outcome(read(server.url()))

    assert isinstance(ended, RetryableHttpError)
    assert "broken or incomplete compression" in str(ended)


AFTER_THE_END = {
    "line-break": b"\r\n",
    "one-byte": b"\x1f",
    "text": b"and more" * 10**4,
    "text-after-padding": bytes(9) + b"and more",
    "text-and-a-stream": b"and more" + gzip.compress(b"[2]"),
}


@pytest.mark.parametrize("more", AFTER_THE_END.values(), ids=AFTER_THE_END.keys())
@pytest.mark.parametrize(
    ("encoding", "data"),
    [("gzip", gzip.compress(b"[1]")), ("deflate", zlib.compress(b"[1]"))],
    ids=["gzip", "deflate"],
)
async def test_what_follows_the_end_and_is_no_stream_is_left_out(
    encoding: str, data: bytes, more: bytes
) -> None:
    async with hostile_server(answering(compressed(data + more, encoding))) as server:
        ended = await outcome(whole(server.url()))

    assert ended == [1]


async def test_streams_are_found_wherever_the_network_cuts_them() -> None:
    data = gzip.compress(b"[1") + bytes(3) + gzip.compress(b"]") + b"\r\n"

    async def conduct(talk: Talk) -> None:
        await talk.send("HTTP/1.1 200 OK\nContent-Encoding: gzip, gzip\n\n")
        # What one layer yields reaches the next byte by byte.
        await talk.send(b"".join(gzip.compress(data[at : at + 1]) for at in range(len(data))))

    async with hostile_server(conduct) as server:
        ended = await outcome(whole(server.url()))

    assert ended == [1]


@pytest.mark.parametrize("encoding", ["br", "zstd", "compress", "smoke", "gzip, smoke", "\x7f"])
async def test_an_encoding_that_was_not_asked_for_stays(encoding: str) -> None:
    async with hostile_server(answering(compressed(b"[1]", encoding))) as server:
        ended = await outcome(streamed(server.url()))

    assert ended == 3


async def test_layer_upon_layer_is_refused() -> None:
    async with hostile_server(answering(compressed(GOOD, ", ".join(["gzip"] * 100)))) as server:
        ended = await outcome(whole(server.url()))

    assert isinstance(ended, RetryableHttpError)
    assert "100 layers of compression" in str(ended)


EMPTY = gzip.compress(b"")
WITHOUT_AN_END = {
    "streams-of-nothing": EMPTY * 999,
    "padding": b"\0" * 9999,
    "blocks-of-nothing": b"\0\0\0\xff\xff" * 999,
}


async def test_other_tasks_go_on_while_a_few_bytes_become_many() -> None:
    has_gone_on = asyncio.Event()

    async def size_until_then(url: str) -> int:
        size = 0
        async with http_client.stream(GET, url) as answer:
            async for piece in answer.iter_bytes():
                if not size:  # all was received by now
                    asyncio.get_running_loop().call_soon(has_gone_on.set)
                size += len(piece)
                if has_gone_on.is_set():
                    break
        return size

    async with hostile_server(answering(compressed(bomb("gzip,gzip"), "gzip,gzip"))) as server:
        size = await outcome(size_until_then(server.url()))

    assert isinstance(size, int)
    assert size <= 4 * MB


@pytest.mark.parametrize("read", [whole, streamed])
async def test_other_tasks_go_on_while_a_few_bytes_become_nothing(
    read: Callable[..., Awaitable[object]],
) -> None:
    turns = 0

    async def take_turns() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    nothing = gzip.compress(gzip.compress(EMPTY * 10**5))
    async with hostile_server(answering(compressed(nothing, "gzip,gzip,gzip"))) as server:
        other = asyncio.create_task(take_turns())
        ended = await outcome(read(server.url()))
        other.cancel()

    assert not ended
    assert turns > 1000


@pytest.mark.parametrize("name", WITHOUT_AN_END)
@pytest.mark.parametrize("read", [whole, streamed])
async def test_endless_data_that_becomes_nothing_ends_in_time(
    read: Callable[..., Awaitable[object]], name: str
) -> None:
    begun = EMPTY if name != "blocks-of-nothing" else EMPTY[:10]

    async def conduct(talk: Talk) -> None:
        await talk.send("HTTP/1.1 200 OK\nContent-Encoding: gzip\n\n")
        await talk.send(begun)
        await talk.forever(WITHOUT_AN_END[name])

    async with hostile_server(conduct) as server:
        ended = await outcome(read(server.url(), timeout_s=0.5))

    assert isinstance(ended, RetryableHttpError)
    assert "took longer than 0.5 s" in str(ended)
