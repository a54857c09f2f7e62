"""What the tests share that look for secrets in cassettes."""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx

from tests.common.web_server import WebServer
from tests.support.quoting import every_form

SECRET = 's3cret/+key"ü 7%'
"""Has what URLs, JSON, HTML and base64 each write in a way of their own."""
PLAIN = "s3cret-key-77"
CLIENT = httpx.Client(verify=False)
"""One for all: to make one takes longer than a request."""


def decoded_text(path: Path) -> str:
    """The file, and every body in base64 decoded."""
    exchanges = json.loads(path.read_text())["exchanges"]
    bodies = [each[part]["body"] for each in exchanges for part in ("request", "answer")]
    binary = [b64decode(body["base64"]) for body in bodies if body and "base64" in body]
    return "\n".join([path.read_text(), *(each.decode("latin-1") for each in binary)])


def leaks(text: str, secret: str) -> list[str]:
    found = [form for form in every_form(secret) if form in text]
    base64 = b64encode(b"u:" + secret.encode()).decode().rstrip("=")
    return [*found, *([base64] if base64 in text else [])]


def ask(web: WebServer, **request: Any) -> Callable[[], None]:  # as httpx takes them
    def send() -> None:
        method, target = request.pop("method", "POST"), request.pop("target", "/a")
        CLIENT.request(method, web.url + target, **request)

    web.answer("/a", b'{"ok": true}')
    return send
