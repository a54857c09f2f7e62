"""Which of Python's audit events reach for a host, and whether it is this machine."""

from __future__ import annotations

import ipaddress
import os
import socket
from typing import Any, Final

LOOKUPS: Final = frozenset(
    {"socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr", "socket.getnameinfo"}
)
"""Events that ask for the address or the name of a host."""
NETWORK: Final = LOOKUPS | {"socket.connect", "socket.sendto", "socket.sendmsg"}
"""Events that reach for a host."""

LOOPBACK_ONLY: Final = "PIECES_LOOPBACK_ONLY"
"""The variable by which `pieces test` keeps the processes of the suite on this machine."""

_FAMILIES: Final = frozenset({socket.AF_INET, socket.AF_INET6})


def is_loopback_only() -> bool:
    """Whether the suite may reach nothing but this machine."""
    return bool(os.environ.get(LOOPBACK_ONLY))


def blocked(event: str, arguments: tuple[Any, ...]) -> str:
    """Return the message for an event that reaches for another machine; empty for any other.

    >>> blocked("socket.getaddrinfo", ("localhost", 80, 0, 0, 0))
    ''
    >>> blocked("socket.gethostbyname", ("a.example",))
    "the network is off: `socket.gethostbyname` for 'a.example'; `pieces test --live` allows it"

    Args:
        event: the audit event's name.
        arguments: what the event has.
    """
    if event not in NETWORK:
        return ""
    host = _host(event, arguments)
    if host is None or _is_nearby(host):
        return ""
    return f"the network is off: `{event}` for {host!r}; `pieces test --live` allows it"


def _host(event: str, arguments: tuple[Any, ...]) -> str | None:
    """The host that an event reaches for; `None` if it is none of a network."""
    if event not in LOOKUPS and arguments[0].family not in _FAMILIES:
        return None
    match arguments[0 if event in LOOKUPS else 1]:
        case str(host) | (str(host), *_):  # an address is the host, its port, and more for IPv6
            return host
        case bytes(host) | bytearray(host):
            return host.decode("ascii", "replace")
        case _:
            return None


def _is_nearby(host: str) -> bool:
    if not host or host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        address = ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return False
    mapped = getattr(address, "ipv4_mapped", None) or address
    return mapped.is_loopback or mapped.is_unspecified
