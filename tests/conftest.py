"""What holds for every test: no network but loopback, and no clock in Hypothesis' verdicts."""

from __future__ import annotations

import ipaddress
import socket
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

settings.register_profile("steady", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("steady")

LONGEST = (
    "tests/e2e/test_demo.py",
    "tests/e2e/test_tutorial.py",
    "tests/server/test_kill.py",
    "tests/server/test_openapi.py",
    "tests/server/test_installers.py",
    "tests/server/test_backup.py",
    "tests/server/test_large_upload.py",
    "tests/server/test_workers.py",
    "tests/engine/contract/test_faulty.py",
    "tests/e2e/",
    "tests/templates/",
    "tests/common/test_time_machine_losses.py",
)
"""Files that begin first, so that no process is still at one when all others have ended."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    def turn(item: pytest.Item) -> int:
        longest = (turn for turn, path in enumerate(LONGEST) if item.nodeid.startswith(path))
        return next(longest, len(LONGEST))

    items.sort(key=turn)


@pytest.fixture(autouse=True)
def _loopback_only(monkeypatch: pytest.MonkeyPatch) -> None:
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: Any) -> None:  # as socket.connect takes it
        if self.family in {socket.AF_INET, socket.AF_INET6} and not _is_loopback(address[0]):
            pytest.fail(f"a test tried to reach {address[0]}; only loopback is allowed")
        connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", guarded)


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
