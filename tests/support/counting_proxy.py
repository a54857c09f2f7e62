"""A proxy before an instance that counts requests, and can hold uploads back."""

from __future__ import annotations

import threading
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx
from typing_extensions import override

from tests.support.instance import Instance

_WAIT_S = 30


@dataclass(kw_only=True)
class CountingProxy:
    """The proxy's address and what went through it."""

    url: str = ""
    requests: list[str] = field(default_factory=list[str])
    """Such as `POST /api/v1/pieces`, in the order in which they came in."""
    meeting: threading.Barrier | None = None
    """Uploads wait here for each other, if set."""
    held_from: int | None = None
    """The number of uploads after which the next ones are held back until `release`."""
    holding: threading.Event = field(default_factory=threading.Event)
    """Set as soon as an upload is held back."""
    release: threading.Event = field(default_factory=threading.Event)

    @property
    def uploads(self) -> int:
        return self.requests.count("POST /api/v1/pieces")

    def passes(self, request: str) -> None:
        """Count a request, and let it wait if it is an upload that must."""
        self.requests.append(request)
        if request != "POST /api/v1/pieces":
            return
        if self.meeting is not None:
            self.meeting.wait(_WAIT_S)
        if self.held_from is not None and self.uploads > self.held_from:
            self.holding.set()
            self.release.wait(_WAIT_S)


@contextmanager
def counting_proxy(instance: Instance) -> Generator[CountingProxy]:
    """Serve on a free port until the end of the block."""
    proxy = CountingProxy()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            self._pass_on(None)

        def do_POST(self) -> None:
            self._pass_on(self.rfile.read(int(self.headers["Content-Length"])))

        def _pass_on(self, body: bytes | None) -> None:
            proxy.passes(f"{self.command} {self.path.partition('?')[0]}")
            kept = {"content-type", "authorization"}
            headers = {name: text for name, text in self.headers.items() if name.lower() in kept}
            url = instance.url + self.path
            answer = httpx.request(self.command, url, content=body, headers=headers, timeout=60)
            self.send_response(answer.status_code)
            self.send_header("Content-Type", answer.headers["content-type"])
            self.send_header("Content-Length", str(len(answer.content)))
            self.end_headers()
            self.wfile.write(answer.content)

        @override
        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

        @override
        def handle(self) -> None:
            try:
                super().handle()
            except ConnectionError:
                """The client was killed."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        proxy.url = f"http://127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield proxy
        finally:
            proxy.release.set()
            server.shutdown()
            thread.join()
