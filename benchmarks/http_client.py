"""Requests per second of our HTTP client, beside plain httpx with one pooled client.

Run with `make bench`. A server in a process of its own answers each request with the same JSON of
about 1 KB. Both clients are run in turns, one request at a time and 50 at once; the medians and
their ratio are printed. The budget is at least 0.85 of plain httpx; nothing is asserted.
"""

from __future__ import annotations

import asyncio
import json
import multiprocessing
import statistics
import sys
import time
from collections.abc import Awaitable, Callable
from multiprocessing.connection import Connection
from typing import Final

import httpx
from typing_extensions import override

from pieces_common import HttpMethod, http_client
from pieces_framework import calling

ROUNDS: Final = 11
REQUESTS: Final = 300
CONCURRENCIES: Final = (1, 50)

ORDERS: Final = [{"id": n, "name": f"order {n}", "total": n * 1.5, "paid": True} for n in range(18)]
BODY: Final = json.dumps({"orders": ORDERS}).encode()
ANSWER: Final = (
    b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s"
    % (len(BODY), BODY)
)


class Service(asyncio.Protocol):
    """Answers whatever it is asked, over connections that stay open."""

    def __init__(self) -> None:
        self._begun = b""

    @override
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    @override
    def data_received(self, data: bytes) -> None:
        *asked, self._begun = (self._begun + data).split(b"\r\n\r\n")
        self._transport.write(ANSWER * len(asked))


def serve(port: Connection) -> None:
    """Serve on a free port of the loopback address, and send its number to `port`."""

    async def forever() -> None:
        server = await asyncio.get_running_loop().create_server(Service, "127.0.0.1", 0)
        port.send(server.sockets[0].getsockname()[1])
        await server.serve_forever()

    asyncio.run(forever())


async def rate(get: Callable[[], Awaitable[object]], concurrency: int) -> float:
    """Return how many requests per second `get` makes, `concurrency` of them at a time."""

    async def one_after_the_other() -> None:
        for _ in range(REQUESTS // concurrency):
            await get()

    await get()
    began = time.perf_counter()
    await asyncio.gather(*(one_after_the_other() for _ in range(concurrency)))
    return REQUESTS / (time.perf_counter() - began)


async def our_rate(url: str, concurrency: int) -> float:
    """Return the rate of `http_client` within one call of a piece's function."""

    async def get() -> object:
        return (await http_client.send_request(HttpMethod.GET, url)).body

    async def run(at_once: int) -> float:
        return await rate(get, at_once)

    return await calling.call(run, concurrency)


async def plain_rate(url: str, concurrency: int) -> float:
    """Return the rate of httpx alone."""
    async with httpx.AsyncClient() as client:

        async def get() -> object:
            return (await client.get(url)).json()

        return await rate(get, concurrency)


def compare(url: str, concurrency: int) -> str:
    """Return the medians of both, and their ratio, as one line."""
    ours: list[float] = []
    plain: list[float] = []
    for number in range(ROUNDS):
        turns = [(ours, our_rate), (plain, plain_rate)]
        for rates, measured in turns if number % 2 else reversed(turns):
            rates.append(asyncio.run(measured(url, concurrency)))
    ratio = statistics.median(ours[n] / plain[n] for n in range(ROUNDS))
    return (
        f"{concurrency:2} at once: ours {statistics.median(ours):6.0f}/s, "
        f"httpx {statistics.median(plain):6.0f}/s, ratio {ratio:.2f} (budget 0.85)"
    )


def main() -> int:
    """Print the figures."""
    ours, theirs = multiprocessing.Pipe()
    server = multiprocessing.get_context("spawn").Process(target=serve, args=(theirs,), daemon=True)
    server.start()
    try:
        url = f"http://127.0.0.1:{ours.recv()}/orders"
        print(f"requests per second, answers of {len(BODY)} bytes, median of {ROUNDS} rounds")
        for concurrency in CONCURRENCIES:
            print(compare(url, concurrency))
    finally:
        server.terminate()
        server.join()
    return 0


if __name__ == "__main__":
    sys.exit(main())
