"""The piece against the real service: its process, over HTTP."""

from __future__ import annotations

import json
import queue
import socket
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx
import pytest
from pieces_common import HttpError
from pieces_framework import WebhookPayload
from pieces_framework.testing import MemoryStore, make_context

from piece_gelato.actions.get_icecream_flavor import get_icecream_flavor
from piece_gelato.triggers.new_flavor import new_flavor
from piece_gelato.triggers.new_flavor_created import new_flavor_created

HEADERS = {"Authorization": "Bearer test-key"}


@pytest.fixture
def received() -> Iterator[tuple[str, queue.SimpleQueue[WebhookPayload]]]:
    """A receiver of webhooks: its URL, and what has arrived there."""
    arrived: queue.SimpleQueue[WebhookPayload] = queue.SimpleQueue()

    class Receiver(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            raw_body = self.rfile.read(int(self.headers["Content-Length"]))
            headers = {name.lower(): value for name, value in self.headers.items()}
            arrived.put(
                WebhookPayload(body=json.loads(raw_body), raw_body=raw_body, headers=headers)
            )
            self.send_response(200)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Receiver) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/hook", arrived
        server.shutdown()


def add_flavor(api_url: str, name: str) -> dict[str, str]:
    response = httpx.post(f"{api_url}/flavors", headers=HEADERS, json={"name": name})
    flavor: dict[str, str] = response.raise_for_status().json()
    return flavor


def list_flavors(api_url: str) -> list[dict[str, str]]:
    flavors: list[dict[str, str]] = httpx.get(f"{api_url}/flavors", headers=HEADERS).json()
    return flavors


async def test_action_fetches_one_of_the_flavors(api_url: str) -> None:
    known = list_flavors(api_url)
    context = make_context(get_icecream_flavor, auth="test-key", props={"api_url": api_url})

    flavor = await get_icecream_flavor.run(context)

    assert flavor.model_dump(mode="json") in known


async def test_action_with_a_wrong_key_is_refused(api_url: str) -> None:
    context = make_context(get_icecream_flavor, auth="wrong", props={"api_url": api_url})

    with pytest.raises(HttpError) as caught:
        await get_icecream_flavor.run(context)

    assert caught.value.status == 401
    assert caught.value.body == {"error": "the API key is missing or wrong"}


async def test_poll_finds_exactly_the_flavor_added_since(api_url: str) -> None:
    context = make_context(
        new_flavor, auth="test-key", props={"api_url": api_url}, store=MemoryStore()
    )
    await new_flavor.on_enable.run(context)
    before = await new_flavor.run(context)
    added = add_flavor(api_url, "Fig")

    after = await new_flavor.run(context)

    assert before == []
    assert after == [added]
    assert await new_flavor.run(context) == []


async def test_flavor_added_right_after_enabling_is_found(api_url: str) -> None:
    context = make_context(new_flavor, auth="test-key", props={"api_url": api_url})
    await new_flavor.on_enable.run(context)
    added = add_flavor(api_url, "Fig")

    found = await new_flavor.run(context)

    assert found == [added]


async def test_samples_are_the_newest_flavors(api_url: str) -> None:
    added = [add_flavor(api_url, f"Fig {number}") for number in range(6)]
    context = make_context(new_flavor, auth="test-key", props={"api_url": api_url})

    samples = await new_flavor.test.run(context)

    assert samples == added[:0:-1]


async def test_webhook_is_called_until_the_trigger_is_disabled(
    api_url: str, received: tuple[str, queue.SimpleQueue[WebhookPayload]]
) -> None:
    url, arrived = received
    context = make_context(
        new_flavor_created, auth="test-key", props={"api_url": api_url}, webhook_url=url
    )
    await new_flavor_created.on_enable.run(context)
    added = add_flavor(api_url, "Fig")
    payload = arrived.get(timeout=10)
    await new_flavor_created.on_disable.run(context)
    add_flavor(api_url, "Lemon")

    started = await new_flavor_created.run(
        make_context(new_flavor_created, auth="test-key", payload=payload)
    )

    assert started == [added]
    assert arrived.empty()


def test_flavor_is_kept_when_a_webhook_cannot_be_called(api_url: str) -> None:
    with socket.socket() as bound:  # and so refuses connections: it does not listen
        bound.bind(("127.0.0.1", 0))
        url = {"url": f"http://127.0.0.1:{bound.getsockname()[1]}/nobody-listens"}
        httpx.post(f"{api_url}/webhooks", headers=HEADERS, json=url).raise_for_status()

        added = add_flavor(api_url, "Fig")

    assert list_flavors(api_url)[0] == added


def test_flavors_added_at_once_have_different_times(api_url: str) -> None:
    with ThreadPoolExecutor(16) as threads:
        list(threads.map(partial(add_flavor, api_url), (f"Fig {number}" for number in range(64))))

    times = [flavor["created_at"] for flavor in list_flavors(api_url)]
    assert len(times) == 67
    assert times == sorted(set(times), reverse=True)


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/flavors"),
        ("GET", "/flavors/random"),
        ("POST", "/flavors"),
        ("POST", "/webhooks"),
        ("DELETE", "/webhooks/1"),
        ("GET", "/nothing"),
    ],
)
def test_every_route_checks_the_key(api_url: str, method: str, path: str) -> None:
    answer = httpx.request(method, f"{api_url}{path}", headers={"Authorization": "test-key"})

    assert answer.status_code == 401
    assert answer.json() == {"error": "the API key is missing or wrong"}


@pytest.mark.parametrize(
    ("method", "path", "content", "status"),
    [
        pytest.param("POST", "/flavors", "no json", 400, id="not-json"),
        pytest.param("POST", "/flavors", '{"name": 1}', 400, id="name-not-text"),
        pytest.param("POST", "/flavors", "[]", 400, id="not-an-object"),
        pytest.param("POST", "/webhooks", '{"url": "file:///x"}', 400, id="not-a-web-address"),
        pytest.param("POST", "/flavors", "x" * 70_000, 413, id="too-large"),
        pytest.param("DELETE", "/webhooks/unknown", "", 404, id="unknown-webhook"),
        pytest.param("GET", "/nothing", "", 404, id="unknown-path"),
    ],
)
def test_bad_request_gets_a_reason(
    api_url: str, method: str, path: str, content: str, status: int
) -> None:
    answer = httpx.request(method, f"{api_url}{path}", headers=HEADERS, content=content)

    assert answer.status_code == status
    assert answer.json()["error"]
