"""Requests per second over connections that are kept open: one thread, raw sockets, no library.

It asks on every connection at once and counts the whole answers.
"""

from __future__ import annotations

import selectors
import socket
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

CHUNK_BYTES: Final = 1024 * 1024
WAIT_S: Final = 60
END_OF_HEAD: Final = b"\r\n\r\n"
END_OF_CHUNKS: Final = b"\r\n0\r\n\r\n"


@dataclass(frozen=True, kw_only=True)
class Load:
    """What came back."""

    answers: int
    seconds: float
    body_bytes: int

    @property
    def rate(self) -> float:
        """Answers per second."""
        return self.answers / self.seconds


class _Connection:
    def __init__(self, host: str) -> None:
        self._host = host
        self.connect()

    def connect(self) -> None:
        address, _, port = self._host.partition(":")
        self.socket = socket.create_connection((address, int(port)), WAIT_S)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.closes = False

    def ask(self, request: bytes) -> None:
        self._head = self._tail = b""
        self._body_bytes: int | None = None
        self.received_bytes = 0
        self.socket.sendall(request)

    def has_answer(self) -> bool:
        """Take what has come in; whether it completes the answer."""
        data = self.socket.recv(CHUNK_BYTES)
        if not data:
            raise SystemExit(f"{self._host}: the connection was closed in an answer")
        if self._head.endswith(END_OF_HEAD):
            return self._is_whole(data)
        head, end, body = (self._head + data).partition(END_OF_HEAD)
        self._head = head + end
        if not end:
            return False
        self._read_head(head)
        return self._is_whole(body)

    def _read_head(self, head: bytes) -> None:
        status, *lines = head.lower().split(b"\r\n")
        if not status.split()[1].startswith(b"2"):
            raise SystemExit(f"{self._host} answered {head!r}")
        headers = dict(line.split(b": ", 1) for line in lines if b": " in line)
        if headers.get(b"transfer-encoding") != b"chunked":
            self._body_bytes = int(headers[b"content-length"])
        self.closes = headers.get(b"connection") == b"close"

    def _is_whole(self, data: bytes) -> bool:
        self.received_bytes += len(data)
        if self._body_bytes is not None:
            return self.received_bytes == self._body_bytes
        # No page has such a line of its own, so the chunks need not be counted.
        self._tail = (self._tail + data)[-len(END_OF_CHUNKS) :]
        return self._tail == END_OF_CHUNKS


def load(host: str, requests: Iterable[bytes], *, connections: int, seconds: float) -> Load:
    """Send the requests, each on a free connection, until time or requests run out.

    Args:
        host: with the port in it.
        requests: whole requests. Any answer but 2xx ends the program.
        connections: how many requests are under way at a time.
        seconds: after it no further request is sent; those under way are waited for.
    """
    waiting = iter(requests)
    answers = body_bytes = 0
    with selectors.DefaultSelector() as selector:
        begin = time.perf_counter()
        for _ in range(connections):
            _ask_next(_Connection(host), waiting, selector)
        while selector.get_map():
            for key, _ in selector.select(WAIT_S):
                connection: _Connection = key.data
                if connection.has_answer():
                    answers += 1
                    body_bytes += connection.received_bytes
                    selector.unregister(connection.socket)
                    if time.perf_counter() - begin < seconds:
                        _ask_next(connection, waiting, selector)
                    else:
                        connection.socket.close()
        spent = time.perf_counter() - begin
    return Load(answers=answers, seconds=spent, body_bytes=body_bytes)


def _ask_next(
    connection: _Connection, waiting: Iterator[bytes], selector: selectors.BaseSelector
) -> None:
    if connection.closes:
        connection.socket.close()
        connection.connect()
    request = next(waiting, None)
    if request is None:
        connection.socket.close()
        return
    connection.ask(request)
    selector.register(connection.socket, selectors.EVENT_READ, connection)
