"""A server on loopback that gives scripted answers and keeps what it was asked."""

from __future__ import annotations

import json
import socket
import socketserver
import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from email.parser import BytesParser
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from typing_extensions import override


@dataclass(frozen=True, kw_only=True)
class Request:
    """One request as it arrived."""

    path: str
    authorization: str
    fields: dict[str, bytes]
    """The parts of the form by name."""
    filenames: dict[str, str]


@dataclass(kw_only=True)
class ScriptedApi:
    """The server's address, its answer and its memory."""

    url: str = ""
    status: int = 201
    body: object = field(default_factory=dict[str, object])
    """Sent as JSON; `bytes` are sent as they are."""
    headers: dict[str, str] = field(default_factory=dict[str, str])
    requests: list[Request] = field(default_factory=list[Request])
    """The uploads."""
    looks: list[bytes] = field(default_factory=list[bytes])
    """The bodies of questions about what is present."""
    look_status: int = 200
    look_body: object = None
    """As `body`; `None` answers that everything is absent."""
    busy: int = 0
    """How many more requests are answered by 503 first."""


@contextmanager
def raw_server(answer: Callable[[socket.socket], None]) -> Generator[str]:
    """Serve on a free port what `answer` makes of each connection; yields the address."""

    class Handler(socketserver.BaseRequestHandler):
        @override
        def handle(self) -> None:
            with suppress(OSError):  # the client went away
                self.request.recv(65536)
                answer(self.request)

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}"
        finally:
            server.shutdown()
            thread.join()


@contextmanager
def scripted_api() -> Generator[ScriptedApi]:
    """Serve on a free port until the end of the block."""
    api = ScriptedApi()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            content = self.rfile.read(int(self.headers["Content-Length"]))
            if self.path.endswith("/present"):
                api.looks.append(content)
                given = api.look_body if api.look_body is not None else _all_absent(content)
                self._answer(api.look_status, given)
            else:
                api.requests.append(_read(self, content))
                self._answer(api.status, api.body)

        def _answer(self, status: int, given: object) -> None:
            if api.busy:
                api.busy -= 1
                status, given = 503, b""
            body = given if isinstance(given, bytes) else json.dumps(given).encode()
            self.send_response(status)
            for name, value in {**api.headers, "Content-Length": str(len(body))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        @override
        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        api.url = f"http://127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield api
        finally:
            server.shutdown()
            thread.join()


def _all_absent(content: bytes) -> list[dict[str, object]]:
    asked = json.loads(content)["pieces"]
    return [
        {"name": each["name"], "version": each["version"], "status": "absent", "previous": None}
        for each in asked
    ]


def _read(handler: BaseHTTPRequestHandler, content: bytes) -> Request:
    head = f"Content-Type: {handler.headers['Content-Type']}\r\n\r\n".encode()
    fields: dict[str, bytes] = {}
    filenames: dict[str, str] = {}
    for part in BytesParser().parsebytes(head + content).walk():
        name = part.get_param("name", header="Content-Disposition")
        value = part.get_payload(decode=True)
        if isinstance(name, str) and isinstance(value, bytes):
            fields[name] = value
            filename = part.get_filename()
            if filename:
                filenames[name] = filename
    return Request(
        path=handler.path,
        authorization=handler.headers.get("Authorization", ""),
        fields=fields,
        filenames=filenames,
    )
