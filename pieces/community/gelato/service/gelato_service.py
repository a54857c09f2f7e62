"""The Gelato service: a small real HTTP service for the piece to talk to.

`python gelato_service.py --port 8970` keeps flavors and webhooks in memory until it is stopped.
Every request needs `Authorization: Bearer test-key`. It uses the standard library only, and takes
connections from this machine only.
"""  # noqa: INP001 -- a program beside the piece, not a module of it

from __future__ import annotations

import argparse
import hmac
import json
import random
import sys
import threading
import time
import urllib.request
import uuid
from datetime import UTC, datetime
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

API_KEY = "test-key"
MAX_BODY_BYTES = 64 * 1024
WEBHOOK_TIMEOUT_S = 10
FIRST_FLAVORS = {
    "Fior di Latte": "2026-01-01T00:00:00.000Z",
    "Stracciatella": "2026-01-02T00:00:00.000Z",
    "Nocciola": "2026-01-03T00:00:00.000Z",
}


class Shop:
    """The service's flavors and webhooks. Safe to use from many threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._flavors = [
            {"name": name, "created_at": created_at} for name, created_at in FIRST_FLAVORS.items()
        ]
        self._last_ms = 0
        self._webhooks: dict[str, str] = {}

    def flavors(self) -> list[dict[str, str]]:
        """Every flavor, newest first."""
        with self._lock:
            return self._flavors[::-1]

    def add(self, name: str) -> dict[str, str]:
        """Create a flavor now, in a millisecond that no other flavor has."""
        with self._lock:
            # A millisecond later it is not the one in which the request was sent, either: a
            # trigger enabled just before the request holds an earlier time than the flavor's.
            time.sleep(0.001)
            self._last_ms = max(time.time_ns() // 1_000_000, self._last_ms + 1)
            seconds, milliseconds = divmod(self._last_ms, 1000)
            whole = datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%S")
            flavor = {"name": name, "created_at": f"{whole}.{milliseconds:03}Z"}
            self._flavors.append(flavor)
            return flavor

    def register(self, url: str) -> str:
        """Keep a webhook and return its id."""
        webhook_id = uuid.uuid4().hex
        with self._lock:
            self._webhooks[webhook_id] = url
        return webhook_id

    def unregister(self, webhook_id: str) -> bool:
        """Forget a webhook; false if there was none of that id."""
        with self._lock:
            return self._webhooks.pop(webhook_id, None) is not None

    def report(self, flavor: dict[str, str]) -> None:
        """Send `flavor`, signed, to every webhook; one that fails does not keep it from others."""
        with self._lock:
            webhooks = dict(self._webhooks)
        body = json.dumps(flavor).encode()
        signature = hmac.new(API_KEY.encode(), body, "sha256").hexdigest()
        headers = {
            "Content-Type": "application/json",
            "X-Gelato-Signature": f"sha256={signature}",
        }
        for webhook_id, url in webhooks.items():
            request = urllib.request.Request(  # noqa: S310 -- registered as http or https only
                url, data=body, headers=headers, method="POST"
            )
            try:
                with urllib.request.urlopen(request, timeout=WEBHOOK_TIMEOUT_S):  # noqa: S310
                    pass
            except (OSError, ValueError) as error:
                print(f"webhook {webhook_id} failed: {error}", file=sys.stderr)


class Refused(Exception):  # noqa: N818 -- an answer, not a fault
    """A request that gets an error for an answer."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


class Handler(BaseHTTPRequestHandler):
    """Answers the requests of one connection."""

    protocol_version = "HTTP/1.1"

    def __init__(self, shop: Shop, *connection: Any) -> None:  # what socketserver hands over
        self._shop = shop
        super().__init__(*connection)

    def do_GET(self) -> None:
        """Answer a GET."""
        self._handle()

    def do_POST(self) -> None:
        """Answer a POST."""
        self._handle()

    def do_DELETE(self) -> None:
        """Answer a DELETE."""
        self._handle()

    def _handle(self) -> None:
        try:
            # The body is read even of a request that is refused: the connection goes on after it.
            status, answer = self._route(urlsplit(self.path).path, self._body())
        except Refused as refused:
            status, answer = refused.status, {"error": str(refused)}
        content = b"" if answer is None else json.dumps(answer).encode()
        self.send_response(status)
        if status != 204:
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def _route(self, path: str, body: bytes) -> tuple[int, object]:
        if self.headers.get("Authorization") != f"Bearer {API_KEY}":
            raise Refused(401, "the API key is missing or wrong")
        shop = self._shop
        match self.command, path.strip("/").split("/"):
            case "GET", ["flavors"]:
                return 200, shop.flavors()
            case "GET", ["flavors", "random"]:
                return 200, random.choice(shop.flavors())  # noqa: S311 -- ice cream
            case "POST", ["flavors"]:
                flavor = shop.add(_text(body, "name"))
                shop.report(flavor)
                return 201, flavor
            case "POST", ["webhooks"]:
                url = _text(body, "url")
                if urlsplit(url).scheme not in {"http", "https"}:
                    raise Refused(400, "`url` must begin with http:// or https://")
                return 201, {"id": shop.register(url)}
            case "DELETE", ["webhooks", webhook_id]:
                if not shop.unregister(webhook_id):
                    raise Refused(404, "there is no such webhook")
                return 204, None
            case _:
                raise Refused(404, "there is nothing here")

    def _body(self) -> bytes:
        length = self.headers.get("Content-Length", "0")
        if not length.isdecimal() or int(length) > MAX_BODY_BYTES:
            self.close_connection = True  # what follows is unread
            raise Refused(413, f"a body has a Content-Length of at most {MAX_BODY_BYTES}")
        return self.rfile.read(int(length))

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 -- the base class's
        """Say nothing: what matters is in the answers."""


class GelatoServer(ThreadingHTTPServer):
    """Serves one shop, each connection in a thread of its own."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, port: int) -> None:
        super().__init__(("127.0.0.1", port), partial(Handler, Shop()))


def _text(body: bytes, key: str) -> str:
    try:
        document: Any = json.loads(body)  # anything a client may send
        value = document[key]
    except (ValueError, TypeError, LookupError, RecursionError):
        value = None
    if not isinstance(value, str) or not value:
        raise Refused(400, f"the body must be a JSON object with the text `{key}`")
    return value


def main() -> int:
    """Serve until Ctrl-C."""
    parser = argparse.ArgumentParser(description="Run the Gelato service on this machine.")
    parser.add_argument("--port", type=int, default=8970, help="0 takes a free one (default: 8970)")
    port: int = parser.parse_args().port
    try:
        server = GelatoServer(port)
    except OSError as error:
        print(f"cannot listen on port {port}: {error.strerror}", file=sys.stderr)
        return 1
    with server:
        print(f"Gelato service listening on http://127.0.0.1:{server.server_port}", flush=True)
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
