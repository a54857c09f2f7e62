"""A limit on guessing keys: how many unknown ones a client may try in a minute."""

from __future__ import annotations

import ipaddress
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

MAX_UNKNOWN_KEYS: Final = 20
WINDOW_S: Final = 60
MAX_CLIENTS: Final = 10_000
_IPV6_HOST_BITS: Final = 64
"""A subscriber has at least a /64 of addresses (RFC 6177), so they count as one client."""
_MAX_TEXT: Final = 64
"""The characters that are kept of what is no address."""


@dataclass
class _Window:
    end_s: float
    tried: set[str] = field(default_factory=set[str])


class BadKeys:
    """The unknown keys that clients have tried of late; in memory, for this process only.

    What counts is *different* keys: a script with one outdated key is told so for ever, and never
    locks out what else runs on its machine.

    Args:
        clock: seconds that only ever grow.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        # In the order of their ends: each window is as long as any other.
        self._windows: dict[str, _Window] = {}

    def note(self, address: str, digest: str) -> None:
        """Remember that a client has tried an unknown key.

        Args:
            address: the client's.
            digest: a hash of the key: the key itself may be a mistyped one.
        """
        client = _client(address)
        with self._lock:
            self._forget_ended()
            window = self._windows.get(client)
            if window is None:
                if len(self._windows) >= MAX_CLIENTS:
                    del self._windows[next(iter(self._windows))]
                window = self._windows[client] = _Window(self._clock() + WINDOW_S)
            if len(window.tried) <= MAX_UNKNOWN_KEYS:
                window.tried.add(digest)

    def wait_s(self, address: str) -> float:
        """Return the seconds for which nothing that a client sends is looked at; 0 for most."""
        if not self._windows:
            return 0
        with self._lock:
            window = self._windows.get(_client(address))
            if window is None or len(window.tried) <= MAX_UNKNOWN_KEYS:
                return 0
            return max(0, window.end_s - self._clock())

    def _forget_ended(self) -> None:
        now = self._clock()
        while self._windows:
            client, window = next(iter(self._windows.items()))
            if window.end_s > now:
                return
            del self._windows[client]


def _client(address: str) -> str:
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:  # a Unix socket has none, and a proxy may send any text
        return address[:_MAX_TEXT]
    if isinstance(ip, ipaddress.IPv6Address):
        return str(ip.ipv4_mapped or int(ip) >> _IPV6_HOST_BITS)
    return str(ip)
