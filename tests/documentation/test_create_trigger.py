"""The page "Create Trigger": a trigger that polls a service, exposed by its piece."""

from __future__ import annotations

import time

import respx

from pieces_common import (
    DedupeStrategy,
    HttpMethod,
    Polling,
    PollingContext,
    TimedItem,
    http_client,
)
from pieces_common import polling_helper as helper
from pieces_framework import (
    FatalError,
    PieceAuth,
    PollingTriggerContext,
    TriggerStrategy,
    create_piece,
    create_trigger,
)
from pieces_framework.testing import MemoryStore, make_context
from tests.documentation.wire import as_read

URL = "https://sorbet.example.com/v1/new"
sorbet_auth = PieceAuth.SecretText(display_name="API Key", required=True)


async def fetch_sorbets(context: PollingContext[str]) -> list[TimedItem]:
    answer = await http_client.send_request(
        HttpMethod.GET, URL, headers={"authorization": context.auth}
    )
    if not isinstance(answer.body, dict) or not isinstance(answer.body["sorbets"], list):
        raise FatalError("the service gave no list of sorbets")
    now_ms = time.time_ns() // 1_000_000
    return [TimedItem(epoch_ms=now_ms + 1, data=sorbet) for sorbet in answer.body["sorbets"]]


polling = Polling(strategy=DedupeStrategy.TIMEBASED, items=fetch_sorbets)


@create_trigger(
    auth=sorbet_auth,
    name="newSorbet",
    display_name="New Sorbet",
    description="Notices sorbets that are new on the menu",
    sample_data={},
    strategy=TriggerStrategy.POLLING,
)
async def new_sorbet(context: PollingTriggerContext[str]) -> list[object]:
    return await helper.poll(polling, context)


@new_sorbet.test
async def sample_sorbets(context: PollingTriggerContext[str]) -> list[object]:
    return await helper.test(polling, context)


@new_sorbet.on_enable
async def start(context: PollingTriggerContext[str]) -> None:
    await helper.on_enable(polling, context)


@new_sorbet.on_disable
async def stop(context: PollingTriggerContext[str]) -> None:
    await helper.on_disable(polling, context)


sorbet = create_piece(
    display_name="Sorbet Bar",
    logo_url="https://sorbet.example.com/logo.png",
    authors=[],
    auth=sorbet_auth,
    actions=[],
    triggers=[new_sorbet],
)


@respx.mock
async def test_an_enabled_trigger_returns_what_is_new(respx_mock: respx.MockRouter) -> None:
    route = respx_mock.get(URL).respond(json={"sorbets": ["cassis", "pear"]})
    context = make_context(new_sorbet, auth="bar-key")
    await new_sorbet.on_enable.run(context)

    items = await new_sorbet.run(context)

    assert items == ["cassis", "pear"]
    assert route.calls.last.request.headers["authorization"] == "bar-key"


@respx.mock
async def test_testing_shows_the_most_recent_five(respx_mock: respx.MockRouter) -> None:
    respx_mock.get(URL).respond(json={"sorbets": list("abcdefg")})

    samples = await new_sorbet.test.run(make_context(new_sorbet, auth="bar-key"))

    assert samples == ["a", "b", "c", "d", "e"]


async def test_disabling_keeps_when_the_trigger_last_looked() -> None:
    store = MemoryStore()
    context = make_context(new_sorbet, auth="bar-key", store=store)
    await new_sorbet.on_enable.run(context)

    await new_sorbet.on_disable.run(context)

    assert await store.get("lastPoll", int) is not None


def test_the_piece_exposes_the_trigger_by_its_name() -> None:
    trigger = as_read(sorbet.metadata())["triggers"]["newSorbet"]

    assert trigger == {
        "name": "newSorbet",
        "displayName": "New Sorbet",
        "description": "Notices sorbets that are new on the menu",
        "props": {},
        "requireAuth": True,
        "type": "POLLING",
        "sampleData": {},
        "testStrategy": "TEST_FUNCTION",
        "handshakeConfiguration": {"strategy": "NONE"},
        "renewConfiguration": {"strategy": "NONE"},
    }
