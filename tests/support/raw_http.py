"""HTTP written byte by byte, as no client library would send it."""

from __future__ import annotations

import contextlib
import http.client
import io
import socket
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit


@dataclass(frozen=True)
class RawAnswer:
    """What came back."""

    status: int
    headers: Mapping[str, str]
    """By their names in small letters."""
    body: bytes


def exchange(url: str, sent: bytes, *, timeout_s: float = 30) -> RawAnswer:
    """Send bytes and read one answer, until the server ends the connection."""
    address = urlsplit(url)
    with socket.create_connection((address.hostname, address.port), timeout=timeout_s) as raw:
        # Refused before it was all sent: the answer tells.
        with contextlib.suppress(ConnectionError):
            raw.sendall(sent)
        received = bytearray()
        while chunk := raw.recv(65536):
            received += chunk
    head, _, body = bytes(received).partition(b"\r\n\r\n")
    status_line, _, lines = head.partition(b"\r\n")
    headers = http.client.parse_headers(io.BytesIO(lines + b"\r\n\r\n"))
    by_name = {name.lower(): value for name, value in headers.items()}
    return RawAnswer(int(status_line.split()[1]), by_name, body)
