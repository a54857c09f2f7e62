"""Connections to another index: only to hosts that its pages may lead to, and only for a time."""

from __future__ import annotations

import socket
from contextlib import suppress
from ipaddress import ip_address
from threading import Lock, Timer
from typing import TYPE_CHECKING, Any, Final, Self, cast

from requests.adapters import HTTPAdapter
from typing_extensions import override
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.connection import HTTPConnection, HTTPSConnection

from pieces_server.errors import EngineOperationError

if TYPE_CHECKING:
    from urllib3 import PoolManager
    from urllib3._base_connection import BaseHTTPConnection, BaseHTTPSConnection


class Bounds:
    """What all connections of one download are held to.

    A context manager: the time begins with the block.

    Args:
        label: how messages call the index.
        host: the index's own: wherever it is, the administrator named it.
        deadline_s: when all connections end, whatever they wait for. A timeout of each wait does
            not do it: bytes may come one by one.
    """

    def __init__(self, label: str, host: str, *, deadline_s: float) -> None:
        self._label = label
        self._host = host
        self._kind = "public"
        self._deadline_s = deadline_s
        self._timer = Timer(deadline_s, self._end)
        self._lock = Lock()
        self._sockets: list[socket.socket] = []
        self._over = False

    def __enter__(self) -> Self:
        self._timer.daemon = True
        self._timer.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._timer.cancel()
        with self._lock:
            for each in self._sockets:
                each.close()
            self._sockets.clear()
        if self._over:  # whatever error the end of the connections was taken for
            raise EngineOperationError(
                f"{self._label} has not come to an end after {self._deadline_s:g} s"
            )

    def require_allowed(self, host: str, port: int) -> None:
        """Refuse a host that is not for the public, unless the index itself is in such a place.

        Raises:
            EngineOperationError: if it is none that links may lead to.
            OSError: if it has no address.
        """
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        for *_, address in found:
            self._require_allowed(host, str(address[0]))

    def watch(self, connected: socket.socket, host: str, *, proxied: bool) -> None:
        """Hold a connection to them. Nothing has been sent through it.

        Raises:
            EngineOperationError: as for `require_allowed`: names may have other addresses by now.
        """
        if not proxied:
            self._require_allowed(host, str(connected.getpeername()[0]))
        with self._lock:
            # Another handle of it: encryption takes the one that it is given away.
            self._sockets.append(connected.dup())
            if self._over:
                connected.shutdown(socket.SHUT_RDWR)

    def _require_allowed(self, host: str, address: str) -> None:
        kind = _kind(address)
        if host == self._host:
            self._kind = kind
        elif kind not in {"public", self._kind}:
            raise EngineOperationError(
                f"{self._label} leads to a {kind} address",
                hint="let its links lead to its own host, or to public ones",
            )

    def _end(self) -> None:
        with self._lock:
            self._over = True
            for each in self._sockets:
                with suppress(OSError):  # it has ended by itself
                    each.shutdown(socket.SHUT_RDWR)


class BoundedAdapter(HTTPAdapter):
    """Makes connections within bounds, also those through a proxy, which itself says where to."""

    def __init__(self, bounds: Bounds) -> None:
        self._pools: Final = _pools(bounds)
        super().__init__()

    @override
    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:  # the library's own
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = self._pools

    @override
    def proxy_manager_for(self, *args: Any, **kwargs: Any) -> PoolManager:
        manager: PoolManager = super().proxy_manager_for(*args, **kwargs)
        manager.pool_classes_by_scheme = self._pools
        return manager


def _pools(bounds: Bounds) -> dict[str, type[HTTPConnectionPool]]:
    class Plain(HTTPConnection):
        @override
        def _new_conn(self) -> socket.socket:
            proxied = self.proxy is not None
            if not proxied:
                bounds.require_allowed(self.host, self.port)
            connected = super()._new_conn()
            bounds.watch(connected, self.host, proxied=proxied)
            return connected

    class Encrypted(Plain, HTTPSConnection):
        pass

    class PlainPool(HTTPConnectionPool):
        ConnectionCls = cast("type[BaseHTTPConnection]", Plain)

    class EncryptedPool(HTTPSConnectionPool):
        ConnectionCls = cast("type[BaseHTTPSConnection]", Encrypted)

    return {"http": PlainPool, "https": EncryptedPool}


def _kind(text: str) -> str:
    address = ip_address(text)
    address = getattr(address, "ipv4_mapped", None) or address
    if address.is_loopback:
        return "loopback"
    if address.is_link_local:
        return "link-local"
    return "public" if address.is_global else "private"
