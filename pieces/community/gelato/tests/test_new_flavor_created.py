"""The webhook trigger, with the service's answers written here."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
import respx
from pieces_common import HttpError
from pieces_common.webhooks import WebhookSignatureError
from pieces_framework import WebhookPayload
from pieces_framework.testing import MemoryStore, make_context

from piece_gelato.api import GELATO_SIGNATURE
from piece_gelato.triggers.new_flavor_created import WEBHOOK_ID, new_flavor_created

URL = "https://instance.example.com/hooks/1"
FIG = {"name": "Fig", "created_at": "2026-05-04T03:02:01.008Z"}


@respx.mock(base_url="http://127.0.0.1:8970")
async def test_enabling_registers_the_url_and_keeps_the_id(respx_mock: respx.MockRouter) -> None:
    route = respx_mock.post("/webhooks").respond(201, json={"id": "w1"})
    store = MemoryStore()
    context = make_context(new_flavor_created, auth="test-key", store=store, webhook_url=URL)

    await new_flavor_created.on_enable.run(context)

    assert json.loads(route.calls.last.request.content) == {"url": URL}
    assert route.calls.last.request.headers["authorization"] == "Bearer test-key"
    assert await store.get(WEBHOOK_ID, str) == "w1"


@pytest.mark.parametrize("status", [204, 404], ids=["known", "forgotten"])
@respx.mock(base_url="http://127.0.0.1:8970")
async def test_disabling_deletes_the_webhook_and_forgets_the_id(
    status: int, respx_mock: respx.MockRouter
) -> None:
    route = respx_mock.delete("/webhooks/w1").respond(status)
    store = MemoryStore()
    await store.put(WEBHOOK_ID, "w1")
    context = make_context(new_flavor_created, auth="test-key", store=store)

    await new_flavor_created.on_disable.run(context)

    assert route.called
    assert await store.get(WEBHOOK_ID, str) is None


@respx.mock
async def test_disabling_keeps_the_id_when_the_service_fails(
    respx_mock: respx.MockRouter,
) -> None:
    respx_mock.route().respond(500)
    store = MemoryStore()
    await store.put(WEBHOOK_ID, "w1")
    context = make_context(new_flavor_created, auth="test-key", store=store)

    with pytest.raises(HttpError, match="answered 500"):
        await new_flavor_created.on_disable.run(context)

    assert await store.get(WEBHOOK_ID, str) == "w1"


@respx.mock
async def test_disabling_what_was_never_enabled_asks_for_nothing(
    respx_mock: respx.MockRouter,
) -> None:
    context = make_context(new_flavor_created, auth="test-key")

    await new_flavor_created.on_disable.run(context)

    assert not respx_mock.calls


def sent(flavor: dict[str, str], key: str) -> WebhookPayload:
    """Return what the service sends, if `key` is its API key."""
    payload = WebhookPayload(body=flavor, raw_body=json.dumps(flavor).encode())
    return GELATO_SIGNATURE.signed_payload(payload, key)


async def test_run_returns_the_flavor_that_was_sent() -> None:
    payload = sent(FIG, "test-key")
    context = make_context(new_flavor_created, auth="test-key", payload=payload)

    started = await new_flavor_created.run(context)

    assert started == [FIG]


@pytest.mark.parametrize(
    "payload",
    [
        pytest.param(WebhookPayload(body=FIG), id="not-signed"),
        pytest.param(sent(FIG, "another-key"), id="by-somebody-else"),
        pytest.param(replace(sent(FIG, "test-key"), raw_body=b'{"name": "Tar"}'), id="changed"),
    ],
)
async def test_flavor_that_the_service_did_not_send_is_refused(payload: WebhookPayload) -> None:
    context = make_context(new_flavor_created, auth="test-key", payload=payload)

    with pytest.raises(WebhookSignatureError):
        await new_flavor_created.run(context)
