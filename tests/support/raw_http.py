"""HTTP byte by byte, as no library would send it: broken, too slow, or with a sudden end."""

from __future__ import annotations

import contextlib
import http.client
import io
import re
import select
import socket
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from tests.support.instance import Instance

_DEADLINE_S = 30


@dataclass(frozen=True, kw_only=True)
class Exchange:
    """What came back until the server closed the connection."""

    status: int
    """Of the first answer; 0 if there was none."""
    code: str
    """Its error code; empty if its body has none."""
    headers: Mapping[str, str]
    """Its headers, by their names in small letters."""
    body: str
    """What follows them."""
    text: str
    """All of it."""


def exchange(
    instance: Instance, *parts: bytes, pause_s: float = 0, hang_up: bool = False
) -> Exchange:
    """Send bytes and read until the server closes the connection.

    Args:
        instance: where to.
        parts: the bytes; what comes after an answer has begun is not sent.
        pause_s: how long to wait after each of them.
        hang_up: close our side after the last.
    """
    address = urlsplit(instance.url)
    with socket.create_connection((address.hostname, address.port), _DEADLINE_S) as connection:
        with contextlib.suppress(ConnectionResetError, BrokenPipeError):
            for part in parts:
                connection.sendall(part)
                if pause_s and select.select([connection], [], [], pause_s)[0]:
                    break
        if hang_up:
            connection.shutdown(socket.SHUT_WR)
        return _parsed(_read(connection).decode("latin-1"))


def form_body(fields: Iterable[tuple[str, bytes]], boundary: str = "b") -> bytes:
    """A form's body of parts, each given by what stands after `form-data; ` and its content."""
    parts = [
        f"--{boundary}\r\nContent-Disposition: form-data; {said}\r\n\r\n".encode() + content
        for said, content in fields
    ]
    return b"\r\n".join([*parts, f"--{boundary}--\r\n".encode()])


def _read(connection: socket.socket) -> bytes:
    received = b""
    deadline = time.monotonic() + _DEADLINE_S
    while time.monotonic() < deadline:
        chunk = connection.recv(65536)
        if not chunk:
            return received
        received += chunk
    raise TimeoutError(f"the connection is still open: {received[:500]!r}")


def _parsed(text: str) -> Exchange:
    head, _, body = text.partition("\r\n\r\n")
    status_line, _, lines = head.partition("\r\n")
    headers = http.client.parse_headers(io.BytesIO(f"{lines}\r\n\r\n".encode("latin-1")))
    code = re.match(r'\{"code": ?"([A-Z_]+)"', body)
    return Exchange(
        status=int(status_line.split()[1]) if text.startswith("HTTP/1.1 ") else 0,
        code=code.group(1) if code else "",
        headers={name.lower(): value for name, value in headers.items()},
        body=body,
        text=text,
    )
