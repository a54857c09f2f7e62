"""The polling trigger, with the service's answers written here."""

from __future__ import annotations

import pytest
import respx
from pieces_common import RetryableHttpError
from pieces_framework.testing import MemoryStore, make_context

from piece_gelato.triggers.new_flavor import new_flavor

OLD = {"name": "Lemon", "created_at": "2026-05-04T03:02:01.007Z"}
OLD_MS = 1_777_863_721_007
NEW = {"name": "Fig", "created_at": "2026-05-04T03:02:01.008Z"}


@respx.mock(base_url="http://127.0.0.1:8970")
async def test_poll_returns_what_was_created_after_the_last_one(
    respx_mock: respx.MockRouter,
) -> None:
    route = respx_mock.get("/flavors").respond(json=[NEW, OLD])
    store = MemoryStore()
    await store.put("lastPoll", OLD_MS)

    found = await new_flavor.run(make_context(new_flavor, auth="test-key", store=store))

    assert found == [NEW]
    assert await store.get("lastPoll", int) == OLD_MS + 1
    assert route.calls.last.request.headers["authorization"] == "Bearer test-key"


@respx.mock
async def test_poll_that_fails_leaves_the_checkpoint(respx_mock: respx.MockRouter) -> None:
    respx_mock.route().respond(503)
    store = MemoryStore()
    await store.put("lastPoll", OLD_MS)

    with pytest.raises(RetryableHttpError, match="answered 503"):
        await new_flavor.run(make_context(new_flavor, auth="test-key", store=store))

    assert await store.get("lastPoll", int) == OLD_MS


@respx.mock
async def test_enabling_asks_the_service_for_nothing(respx_mock: respx.MockRouter) -> None:
    store = MemoryStore()
    context = make_context(new_flavor, auth="test-key", store=store)

    await new_flavor.on_enable.run(context)

    assert (await store.get("lastPoll", int) or 0) > OLD_MS
    assert not respx_mock.calls


@respx.mock
async def test_test_returns_the_newest_flavors_as_samples(respx_mock: respx.MockRouter) -> None:
    respx_mock.route().respond(json=[NEW, OLD])
    context = make_context(new_flavor, auth="test-key")

    samples = await new_flavor.test.run(context)

    assert samples == [NEW, OLD]
