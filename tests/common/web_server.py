"""A real HTTP server in a thread, which answers as a test tells it and keeps what it was sent."""

from __future__ import annotations

import asyncio
import contextlib
import ssl
import threading
from asyncio import StreamReader, StreamWriter
from collections.abc import AsyncGenerator, Awaitable, Callable, Generator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

import trustme


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What the server sends for one path."""

    status: int = 200
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict[str, str])
    wait_for: threading.Event | None = None
    """Answer only once it is set."""
    break_off: bool = False
    """Close the connection instead of answering."""


@dataclass(frozen=True, kw_only=True)
class Sent:
    """What the server received."""

    method: str
    target: str
    """Path and query as they were sent."""
    headers: Mapping[str, str]
    """Names in lower case."""
    body: bytes


class Connections:
    """Counts the connections of a server."""

    def __init__(self) -> None:
        self.opened = 0
        self._closed = 0
        self._changed = threading.Condition()

    def open(self) -> None:
        with self._changed:
            self.opened += 1

    def close(self) -> None:
        with self._changed:
            self._closed += 1
            self._changed.notify_all()

    def all_closed(self) -> bool:
        """Whether that is so, now or before long."""
        with self._changed:
            return self._changed.wait_for(lambda: self._closed == self.opened, timeout=20)


@dataclass(frozen=True, kw_only=True)
class WebServer:
    """The server; `answers` is by path, and every other path is answered 404."""

    url: str
    answers: dict[str, Answer] = field(default_factory=dict[str, Answer])
    sent: list[Sent] = field(default_factory=list[Sent])
    connections: Connections = field(default_factory=Connections)

    def answer(
        self,
        path: str,
        body: bytes = b"",
        *,
        status: int = 200,
        headers: Mapping[str, str] | None = None,
    ) -> str:
        """Answer `path` so from now on, and return its URL."""
        self.answers[path] = Answer(status=status, body=body, headers=headers or {})
        return self.url + path


@contextmanager
def web_server(
    *, authority: trustme.CA | None = None, keeps_connections: bool = False
) -> Generator[WebServer]:
    """Start a server on a free port of the loopback address; stop it at the end.

    Args:
        authority: who certifies the server, for one that speaks TLS.
        keeps_connections: whether it answers several requests over one connection.
    """

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1" if keeps_connections else "HTTP/1.0"
        disable_nagle_algorithm = True

        def setup(self) -> None:
            super().setup()
            web.connections.open()

        def finish(self) -> None:
            super().finish()
            web.connections.close()

        def _answer(self) -> None:
            web.sent.append(
                Sent(
                    method=self.command,
                    target=self.path,
                    headers={name.lower(): value for name, value in self.headers.items()},
                    body=self._body(),
                )
            )
            answer = web.answers.get(urlsplit(self.path).path, Answer(status=404))
            if answer.wait_for is not None:
                answer.wait_for.wait(30)
            if answer.break_off:
                return
            with contextlib.suppress(ConnectionError):  # a test may have gone by then
                self._send(answer)

        def _body(self) -> bytes:
            if self.headers.get("Transfer-Encoding") != "chunked":
                return self.rfile.read(int(self.headers.get("Content-Length", "0")))
            body = b""
            while size := int(self.rfile.readline() or b"0", 16):
                body += self.rfile.read(size)
                self.rfile.readline()
            self.rfile.readline()
            return body

        def _send(self, answer: Answer) -> None:
            self.send_response(answer.status)
            for name, value in answer.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(answer.body)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(answer.body)

        def __getattr__(self, name: str) -> Callable[[], None]:
            if name.startswith("do_"):
                return self._answer
            raise AttributeError(name)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        scheme = "http"
        if authority is not None:
            scheme = "https"
            tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            certificate = authority.issue_cert("127.0.0.1").private_key_and_cert_chain_pem
            with certificate.tempfile() as path:
                tls.load_cert_chain(path)
            server.socket = tls.wrap_socket(server.socket, server_side=True)
        web = WebServer(url=f"{scheme}://127.0.0.1:{server.server_port}")
        thread = threading.Thread(target=server.serve_forever, args=[0.01])
        thread.start()
        try:
            yield web
        finally:
            for answer in web.answers.values():
                if answer.wait_for is not None:
                    answer.wait_for.set()
            server.shutdown()
            thread.join()


@asynccontextmanager
async def raw_server(
    answer: Callable[[StreamReader, StreamWriter], Awaitable[None]],
) -> AsyncGenerator[str]:
    """Serve every connection by `answer`, which has read a first request's head; yield the URL."""

    serving = set[asyncio.Task[object] | None]()

    async def serve(reader: StreamReader, writer: StreamWriter) -> None:
        serving.add(asyncio.current_task())
        try:
            ends = (ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError)
            with contextlib.suppress(*ends):
                await reader.readuntil(b"\r\n\r\n")
                await answer(reader, writer)
        finally:
            writer.close()
            with contextlib.suppress(ConnectionError):
                await writer.wait_closed()

    async with await asyncio.start_server(serve, "127.0.0.1", 0) as server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/"
        tasks = [task for task in serving if task is not None]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
