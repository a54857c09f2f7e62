"""The webhook trigger, with the service's answers written here."""

from __future__ import annotations

import json

import pytest
import respx
from pieces_common import HttpError
from pieces_framework import WebhookPayload
from pieces_framework.testing import MemoryStore, make_context

from piece_gelato.triggers.new_flavor_created import WEBHOOK_ID, new_flavor_created

URL = "https://instance.example.com/hooks/1"


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


async def test_run_returns_the_flavor_that_was_sent() -> None:
    flavor = {"name": "Fig", "created_at": "2026-05-04T03:02:01.008Z"}
    context = make_context(new_flavor_created, auth="test-key", payload=WebhookPayload(body=flavor))

    started = await new_flavor_created.run(context)

    assert started == [flavor]
