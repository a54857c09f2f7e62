"""What the tests of pieces_common share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.common.web_server import WebServer, web_server


@pytest.fixture
def web() -> Iterator[WebServer]:
    """A real HTTP server of the test's own."""
    with web_server() as server:
        yield server
