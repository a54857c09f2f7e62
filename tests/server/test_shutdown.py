from __future__ import annotations

import signal
import socket
import threading
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest

from tests.support.instance import Instance, running_instance
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
    with running_instance(tmp_path / "data", AP_SERVER_WORKERS=workers) as instance:
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
    assert exit_code == -signal.SIGTERM


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


def test_an_upload_that_does_not_end_is_given_up_in_time(tmp_path: Path) -> None:
    with (
        running_instance(tmp_path, AP_SHUTDOWN_TIMEOUT_SECONDS="1") as instance,
        begin_upload(instance),
    ):
        exit_code, said = instance.stop()

    assert exit_code == -signal.SIGTERM
    assert "sk-" not in said


@pytest.mark.parametrize(("workers", "number"), [("1", signal.SIGTERM), ("2", signal.SIGINT)])
def test_a_second_signal_ends_it_at_once(
    tmp_path: Path, workers: str, number: signal.Signals
) -> None:
    with (
        running_instance(tmp_path, AP_SERVER_WORKERS=workers) as instance,
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
