from __future__ import annotations

import signal
import socket
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import psycopg
import pytest

from tests.support.instance import Instance, launched_instance, running_instance
from tests.support.postgres import Postgres
from tests.support.wheels import build_wheel

FORM = {
    "pieceName": "piece-gelato",
    "pieceVersion": "0.1.0",
    "packageType": "ARCHIVE",
    "scope": "PLATFORM",
}


def wait_until_deaf(url: str) -> None:
    """Return when nothing takes connections any more: the signal has arrived."""
    address = urlsplit(url)
    while True:
        try:
            socket.create_connection((address.hostname, address.port), timeout=20).close()
        except ConnectionRefusedError:
            return
        except ConnectionResetError:
            continue  # it was waiting to be taken when the last socket closed


@pytest.mark.parametrize("workers", ["1", "2"])
def test_an_upload_that_has_begun_is_finished_after_a_signal(tmp_path: Path, workers: str) -> None:
    wheel = build_wheel(tmp_path).read_bytes()
    with launched_instance(tmp_path / "data", AP_SERVER_WORKERS=workers) as instance:
        body = httpx.Request(
            "POST", instance.url, data=FORM, files={"pieceArchive": ("gelato.whl", wheel)}
        )
        sent, content = body.headers, body.read()

        def in_two_halves() -> Iterator[bytes]:
            yield content[: len(content) // 2]
            instance.process.send_signal(signal.SIGTERM)
            wait_until_deaf(instance.url)
            yield content[len(content) // 2 :]

        answer = httpx.post(
            f"{instance.url}/api/v1/pieces",
            headers={**instance.headers, "Content-Type": sent["content-type"]},
            content=in_two_halves(),
            timeout=30,
        )

        exit_code = instance.process.wait(30)
    assert answer.status_code == 201
    assert exit_code == 0


def begin_upload(instance: Instance) -> socket.socket:
    address = urlsplit(instance.url)
    connection = socket.create_connection((address.hostname, address.port), timeout=30)
    head = (
        "POST /api/v1/pieces HTTP/1.1\r\nHost: h\r\nContent-Length: 9999\r\n"
        f"Authorization: Bearer {instance.key}\r\nContent-Type: multipart/form-data; boundary=b\r\n"
        "Expect: 100-continue\r\n\r\n"
    )
    connection.sendall(head.encode())
    assert connection.recv(100).startswith(b"HTTP/1.1 100 ")  # the body is being read
    return connection


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_an_upload_that_does_not_end_is_given_up_in_time(
    tmp_path: Path, number: signal.Signals
) -> None:
    with (
        running_instance(tmp_path, AP_SHUTDOWN_TIMEOUT_SECONDS="1") as instance,
        begin_upload(instance) as upload,
    ):
        exit_code, said = instance.stop(number)
        answer = b"".join(iter(partial(upload.recv, 65536), b""))

    assert exit_code == 0
    assert b"HTTP/1.1 503 " in answer
    assert b'"code":"SERVICE_UNAVAILABLE"' in answer
    assert '"status": 503' in said
    assert "Traceback" not in said
    assert "sk-" not in said


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_query_that_hangs_does_not_keep_it(
    postgres: Postgres, tmp_path: Path, number: signal.Signals
) -> None:
    settings = postgres.new_database()
    with (
        running_instance(tmp_path, AP_SHUTDOWN_TIMEOUT_SECONDS="1", **settings) as instance,
        psycopg.connect(settings["AP_POSTGRES_URL"]) as other,
        ThreadPoolExecutor() as pool,
    ):
        other.execute("LOCK TABLE api_keys")
        url = f"{instance.url}/api/v1/pieces"
        asked = pool.submit(httpx.get, url, headers=instance.headers, timeout=30)
        waits = "SELECT FROM pg_locks WHERE NOT granted"
        while not other.execute(waits).fetchall():
            assert not asked.done()

        exit_code, _ = instance.stop(number)

        assert exit_code == 0
        assert other.execute(waits).fetchall()  # PostgreSQL itself has not ended it
        assert asked.result().status_code == 503


@pytest.mark.parametrize(("workers", "number"), [("1", signal.SIGTERM), ("2", signal.SIGINT)])
def test_a_second_signal_ends_it_at_once(
    tmp_path: Path, workers: str, number: signal.Signals
) -> None:
    with (
        launched_instance(tmp_path, AP_SERVER_WORKERS=workers) as instance,
        begin_upload(instance),
    ):
        instance.process.send_signal(number)
        wait_until_deaf(instance.url)
        watchdog = threading.Timer(25, instance.process.kill)  # the upload would have 30 s
        watchdog.start()

        instance.process.send_signal(number)
        exit_code = instance.process.wait()
        watchdog.cancel()

    assert exit_code == -number
