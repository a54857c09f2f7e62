"""A server that answers whatever a test writes to the wire, byte by byte if it must.

`web_server` speaks HTTP as it should be. This one speaks it as it should not: a test hands it a
function that gets the open connection once a request has come in.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
import ssl
import struct
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TypeAlias

from pieces_framework import PieceError

REQUEST_S = 20.0
"""A request that has not ended by then hangs."""
PATIENCE_S = 60.0
"""How long a server that says nothing goes on saying it; every client gives up before."""


@dataclass
class Talk:
    """One connection on which a request has come in."""

    request: bytes
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    async def send(self, data: bytes | str) -> None:
        """Send bytes as they are; text is latin-1 with `\\n` for the line ends of HTTP."""
        if isinstance(data, str):
            data = data.replace("\n", "\r\n").encode("latin-1")
        self.writer.write(data)
        await self.writer.drain()

    async def drip(self, data: bytes | str, *, every_s: float = 0.02) -> None:
        """Send a byte at a time."""
        if isinstance(data, str):
            data = data.replace("\n", "\r\n").encode("latin-1")
        for byte in data:
            await self.send(bytes([byte]))
            await asyncio.sleep(every_s)

    async def forever(self, data: bytes) -> None:
        """Send the same again and again, until the client hangs up."""
        while True:
            await self.send(data)

    def send_unencrypted(self, data: bytes) -> None:
        """Send bytes beside the encryption of a connection that has one."""
        raw: socket.socket = self.writer.get_extra_info("socket")
        with raw.dup() as bare:
            bare.send(data)

    async def say_nothing(self) -> None:
        """Keep the connection open."""
        await asyncio.sleep(PATIENCE_S)

    def reset(self) -> None:
        """End the connection with RST instead of FIN."""
        raw: socket.socket = self.writer.get_extra_info("socket")
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.writer.transport.abort()


async def outcome(request: Awaitable[object]) -> object:
    """Return the answer or the error of the tree; any other error, and hanging, fails the test."""
    async with asyncio.timeout(REQUEST_S):
        try:
            return await request
        except PieceError as error:
            return error


Conduct: TypeAlias = Callable[[Talk], Awaitable[None]]
"""How a server treats one request. The connection is closed when it returns."""


@dataclass
class HostileServer:
    """The server, and all that it received."""

    conduct: Conduct
    reads_bodies: bool = True
    scheme: str = "http"
    port: int = 0
    requests: list[bytes] = field(default_factory=list[bytes])
    """Head and body of each request, as they came."""

    @property
    def host(self) -> str:
        """Its host and port."""
        return f"127.0.0.1:{self.port}"

    def url(self, path: str = "/x") -> str:
        """Return the URL of a path."""
        return f"{self.scheme}://{self.host}{path}"

    def received(self) -> bytes:
        """Return all of it."""
        return b"".join(self.requests)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Read one request, then do as `conduct` does. A client that hangs up ends it."""
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
            head = await reader.readuntil(b"\r\n\r\n")
            body = await reader.readexactly(_body_length(head) if self.reads_bodies else 0)
            self.requests.append(head + body)
            await self.conduct(Talk(head + body, reader, writer))
        with contextlib.suppress(ConnectionError):
            writer.close()
            await writer.wait_closed()


def _body_length(head: bytes) -> int:
    for line in head.lower().split(b"\r\n"):
        name, _, value = line.partition(b":")
        if name == b"content-length":
            return int(value)
    return 0


@asynccontextmanager
async def hostile_server(
    conduct: Conduct, *, reads_bodies: bool = True, tls: ssl.SSLContext | None = None
) -> AsyncGenerator[HostileServer]:
    """Start a server on a free port of the loopback address; stop it at the end, mid-sentence."""
    hostile = HostileServer(conduct, reads_bodies, "http" if tls is None else "https")
    talks = set[asyncio.Task[None]]()

    async def served(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        talks.add(task)
        with contextlib.suppress(asyncio.CancelledError):
            await hostile.serve(reader, writer)
        writer.transport.abort()
        talks.discard(task)

    server = await asyncio.start_server(served, "127.0.0.1", 0, ssl=tls)
    hostile.port = server.sockets[0].getsockname()[1]
    try:
        yield hostile
    finally:
        server.close()
        for talk in list(talks):
            talk.cancel()
        await asyncio.gather(*talks)


def answering(answer: bytes | str) -> Conduct:
    """Return the conduct of a server that sends `answer` and closes the connection."""

    async def conduct(talk: Talk) -> None:
        await talk.send(answer)

    return conduct


def in_turn(conducts: Iterable[Conduct]) -> Conduct:
    """Return the conduct of a server that treats each request by the next of `conducts`."""
    left = iter(conducts)

    async def conduct(talk: Talk) -> None:
        await next(left)(talk)

    return conduct


def response(
    body: bytes = b"", *, status: str = "200 OK", headers: str = "", length: int | None = None
) -> bytes:
    """Return a whole answer. `headers` are lines that each end in a line feed."""
    size = len(body) if length is None else length
    head = f"HTTP/1.1 {status}\n{headers}Connection: close\nContent-Length: {size}\n\n"
    return head.replace("\n", "\r\n").encode("latin-1") + body
