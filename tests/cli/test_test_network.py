"""`pieces test`: what reaches for another machine fails, unless `--live` allows it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from pieces_engine.contract.network import blocked
from tests.support.scaffolding import add_action, pieces

# Documentation addresses (RFC 5737), to which nothing is sent: the attempt itself is refused.
REACHING = """
import asyncio
import multiprocessing
import socket
import threading

import httpx
import pytest
from pieces_common import HttpMethod, http_client

HERE = ("127.0.0.1", 0)


def test_connecting():
    socket.create_connection(("192.0.2.1", 80), timeout=1)


def test_sending():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        sender.sendto(b"x", ("192.0.2.1", 80))


def test_passing_over_any_error():
    try:
        httpx.get("http://shop.example.com")
    except Exception:
        pass


def test_passing_over_whatever_is_raised():
    try:
        socket.gethostbyname("shop.example.com")
    except BaseException:
        pass


def test_a_thread():
    thread = threading.Thread(target=socket.gethostbyname, args=["shop.example.com"])
    thread.start()
    thread.join()


async def test_the_client_of_pieces():
    await http_client.send_request(HttpMethod.GET, "http://shop.example.com")


async def test_the_client_of_pieces_by_address():
    await http_client.send_request(HttpMethod.GET, "http://192.0.2.1")


def test_a_forked_process_goes_on_with_an_error():
    with multiprocessing.get_context("fork").Pool(1) as pool:
        with pytest.raises(OSError, match="`pieces test --live` allows it"):
            pool.apply(socket.gethostbyname, ["shop.example.com"])


def test_this_machine_is_near():
    with socket.create_server(HERE) as server:
        port = server.getsockname()[1]
        for host in ("127.0.0.1", "localhost"):
            socket.create_connection((host, port)).close()


def test_sockets_of_the_file_system_are_near(tmp_path):
    with socket.socket(socket.AF_UNIX) as server, socket.socket(socket.AF_UNIX) as client:
        server.bind(str(tmp_path / "s"))
        server.listen()
        client.connect(str(tmp_path / "s"))
"""
LIVE = """
import socket


def test_the_guard_is_away():
    # Refused by this machine and not by the guard: nothing listens on that port.
    try:
        socket.create_connection(("127.0.0.1", 1), timeout=1)
    except ConnectionRefusedError as error:
        assert "pieces test" not in str(error)
    import os
    assert "PIECES_LOOPBACK_ONLY" not in os.environ
    assert not socket.gethostbyname_ex("localhost")[0].startswith("never")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        sender.connect(("192.0.2.1", 9))  # of a datagram socket: sends nothing
"""
SERVICE = """
import pytest
from pieces_engine.contract import ContractService


@pytest.fixture
def contract_service():
    return ContractService()
"""
ACTION = """
from pieces_common import HttpMethod, http_client
from pieces_framework import create_action


@create_action(name="get_flavor", display_name="Get Flavor", description="Gets it.")
async def get_flavor(context):
    answer = await http_client.send_request(HttpMethod.GET, "http://192.0.2.1")
    return answer.body
"""


def outcome_of(*args: str) -> dict[str, Any]:
    answer: dict[str, Any] = json.loads(pieces("test", "--json", *args).stdout)
    return answer


def test_what_reaches_for_another_machine_fails_and_says_what_allows_it(gelato: Path) -> None:
    (gelato / "tests" / "test_reaching.py").write_text(REACHING)

    answer = outcome_of("gelato", "--", "-m", "not contract", "-k", "test_reaching", "--tb=line")

    failed = {
        each["message"].partition("::")[2].partition(":")[0]: each["message"]
        for each in answer["problems"]
    }
    assert set(failed) == {
        "test_connecting",
        "test_sending",
        "test_passing_over_any_error",
        "test_passing_over_whatever_is_raised",
        "test_a_thread",
        "test_the_client_of_pieces",
        "test_the_client_of_pieces_by_address",
    }
    assert all("`pieces test --live` allows it" in message for message in failed.values())
    assert answer["data"]["pieces"][0]["passed"] == 3


def test_the_contract_suite_stays_on_this_machine_too(gelato: Path) -> None:
    add_action("gelato", "Get Flavor")
    (gelato / "piece_gelato" / "actions" / "get_flavor.py").write_text(ACTION)
    (gelato / "conftest.py").write_text(SERVICE)

    answer = outcome_of("gelato", "--", "-k", "against")

    [problem] = answer["problems"]
    assert "run-against-service: " in problem["message"]
    assert "the network is off" in problem["message"]
    assert "`pieces test --live` allows it" in problem["message"]


@pytest.mark.parametrize(
    ("event", "arguments"),
    [
        ("socket.getaddrinfo", (None, 80, 0, 0, 0)),
        ("socket.getaddrinfo", (b"localhost", 80, 0, 0, 0)),
        ("socket.gethostbyname", ("api.localhost",)),
        ("socket.gethostbyaddr", ("127.8.9.10",)),
        ("socket.getnameinfo", (("::1", 80, 0, 0),)),
        ("socket.getaddrinfo", ("::1%lo", 80, 0, 0, 0)),
        ("socket.getaddrinfo", ("::ffff:127.0.0.1", 80, 0, 0, 0)),
        ("socket.getaddrinfo", ("0.0.0.0", 80, 0, 0, 0)),
        ("open", ("/etc/hosts", "r", 0)),
    ],
)
def test_this_machine_is_near_by_any_of_its_names(event: str, arguments: tuple[Any, ...]) -> None:
    assert blocked(event, arguments) == ""


@pytest.mark.parametrize(
    "host",
    ["localhost.example.com", "127.0.0.1.nip.io", "10.0.0.1", "::ffff:192.0.2.1", "2001:db8::1"],
)
def test_other_machines_are_not(host: str) -> None:
    assert repr(host) in blocked("socket.getaddrinfo", (host, 80, 0, 0, 0))


def test_live_takes_the_guard_away(gelato: Path) -> None:
    (gelato / "tests" / "test_live.py").write_text(LIVE)

    answer = outcome_of("gelato", "--live", "--", "-k", "guard_is_away")

    assert answer["problems"] == []
    assert answer["data"]["pieces"][0]["passed"] == 1
