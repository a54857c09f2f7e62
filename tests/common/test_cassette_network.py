"""Nothing leads out of a replay, and all is as before after it."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest

from pieces_common import HttpMethod, http_client
from pieces_common.testing import CassetteError, record, replay
from tests.common.web_server import WebServer

FAR = "192.0.2.1"
WHEN = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "cassettes" / "shop.json"


async def get(url: str) -> object:
    return (await http_client.send_request(HttpMethod.GET, url)).body


def fetch(url: str) -> object:
    return asyncio.run(get(url))


@pytest.mark.parametrize("host", ["192.0.2.1", "service.invalid"])
async def test_a_connection_by_other_means_is_refused(
    web: WebServer, path: Path, host: str
) -> None:
    with record(path):
        await get(web.answer("/a", b"1"))

    with pytest.raises(CassetteError, match=f"`{host}` is not reached"), replay(path):
        socket.create_connection((host, 80))


@pytest.mark.parametrize("kind", [socket.SOCK_STREAM, socket.SOCK_DGRAM])
async def test_an_address_is_not_reached_by_a_bare_socket(
    web: WebServer, path: Path, kind: socket.SocketKind
) -> None:
    with record(path):
        await get(web.answer("/a", b"1"))

    with socket.socket(type=kind) as bare, pytest.raises(CassetteError), replay(path):
        bare.connect(("192.0.2.1", 80))
    with socket.socket(type=kind) as bare, pytest.raises(CassetteError), replay(path):
        bare.connect_ex(("192.0.2.1", 80))
    with socket.socket(type=kind) as bare, pytest.raises(CassetteError), replay(path):
        bare.sendto(b"", ("192.0.2.1", 80))


def by_message() -> None:
    with socket.socket(type=socket.SOCK_DGRAM) as bare:
        bare.sendmsg([b""], [], 0, (FAR, 80))


@pytest.mark.parametrize(
    "reach",
    [
        pytest.param(by_message, id="sendmsg"),
        pytest.param(lambda: socket.getnameinfo((FAR, 80), 0), id="getnameinfo"),
        pytest.param(lambda: socket.gethostbyaddr(FAR), id="gethostbyaddr"),
    ],
)
def test_no_other_way_leads_out_of_a_replay(
    web: WebServer, path: Path, reach: Callable[[], object]
) -> None:
    with record(path):
        fetch(web.answer("/a", b"1"))

    with pytest.raises(CassetteError, match=f"`{FAR}` is not reached"), replay(path):
        reach()


def test_messages_within_this_machine_go_on_in_a_replay(web: WebServer, path: Path) -> None:
    with record(path):
        fetch(web.answer("/a", b"1"))
    left, right = socket.socketpair()

    with left, right, replay(path, allow_unused=True):
        left.sendmsg([b"a"])
        heard = right.recv(1)

    assert heard == b"a"


async def test_a_socket_of_this_machine_is_open_to_a_replay(web: WebServer, path: Path) -> None:
    url = web.answer("/a", b"1")
    with record(path):
        await get(url)
    host, port = "127.0.0.1", int(web.url.rpartition(":")[2])

    with replay(path):
        socket.create_connection((host, port)).close()
        replayed = await get(url)

    assert replayed == 1


async def test_the_network_is_back_after_a_replay(web: WebServer, path: Path) -> None:
    url = web.answer("/a", b"1")
    with record(path):
        await get(url)
    functions = [socket.getaddrinfo, socket.socket.connect, httpx.HTTPTransport.handle_request]

    with replay(path):
        await get(url)

    assert functions == [
        socket.getaddrinfo,
        socket.socket.connect,
        httpx.HTTPTransport.handle_request,
    ]
    assert await get(url) == 1
    assert len(web.sent) == 2
