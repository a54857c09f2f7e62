"""The Gelato service, for the tests and for the contract suite."""  # noqa: INP001 -- pytest's

from __future__ import annotations

import subprocess
import sys
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.request import Request, urlopen

import pytest
from pieces_engine.contract import ContractService

SERVICE = Path(__file__).parent / "service" / "gelato_service.py"
READY = "Gelato service listening on "
API_KEY = "test-key"


@contextmanager
def running_service() -> Generator[str]:
    """Run a service of its own for whoever asks; gives its URL."""
    command = [sys.executable, str(SERVICE), "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:  # noqa: S603 -- ours
        try:
            line = "" if process.stdout is None else process.stdout.readline().strip()
            if not line.startswith(READY):
                pytest.fail(f"the Gelato service did not start: {line!r}")
            yield line.removeprefix(READY)
        finally:
            process.terminate()


@pytest.fixture
def api_url() -> Iterator[str]:
    """The URL of a service of its own for each test."""
    with running_service() as url:
        yield url


@pytest.fixture(scope="session")
def contract_service() -> Iterator[ContractService]:
    """What the contract suite runs the actions and triggers against."""
    with running_service() as url:

        def add_flavor() -> None:
            headers = {"Authorization": f"Bearer {API_KEY}"}
            request = Request(f"{url}/flavors", data=b'{"name": "Fig"}', headers=headers)  # noqa: S310 -- ours
            urlopen(request, timeout=10).close()  # noqa: S310 -- ours

        yield ContractService(
            auth=API_KEY,
            props={"api_url": url},
            events={"new_flavor": add_flavor, "new_flavor_created": add_flavor},
        )
