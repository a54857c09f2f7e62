"""The socket that the instance listens on. Its workers share it."""

from __future__ import annotations

import resource
import socket
from typing import TYPE_CHECKING

from pieces_server.settings import SettingsError

if TYPE_CHECKING:
    from pieces_server.settings import Settings


def listen(settings: Settings) -> socket.socket:
    """Take the address and the port.

    Raises:
        SettingsError: if the address is not this machine's, or the port is taken.
    """
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    try:
        listener = socket.create_server((settings.host, settings.port), family=family)
    except OSError as error:
        raise SettingsError(
            f"cannot listen on `AP_HOST` {settings.host!r}, `AP_PORT` {settings.port}: "
            f"{error.strerror}",
            hint="name an address of this machine and a free port; port 0 takes any",
        ) from error
    # asyncio sets this on the sockets it makes itself; without it each answer waits 40 ms.
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listener


def url_of(listener: socket.socket) -> str:
    """Return the address as clients on this machine write it."""
    host, port = listener.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def allow_many_files() -> None:
    """Raise the number of open files to what the system grants: each connection is one."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
