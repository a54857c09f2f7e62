"""The page "Triggers": the structure of a trigger, its context, and starting by hand."""

from __future__ import annotations

from datetime import UTC, datetime

from pieces_framework import (
    JsonValue,
    ManualTriggerRunContext,
    PieceAuth,
    PollingTriggerContext,
    Property,
    Props,
    StartContext,
    TriggerStrategy,
    WebhookContext,
    WebhookPayload,
    WebhookRunContext,
    create_piece,
    create_trigger,
)
from pieces_framework.scheduling import CronSchedule
from pieces_framework.testing import MemoryHost, MemoryStore, make_context, make_start_context
from tests.documentation.wire import as_read

shop_auth = PieceAuth.SecretText(display_name="Key", required=True)
FETCHED = datetime(2026, 5, 4, 3, 2, 1, tzinfo=UTC)


class BoardProps(Props):
    board = Property.ShortText(display_name="Board", required=True)


@create_trigger(
    auth=shop_auth,
    name="new_complaint",
    display_name="New Complaint",
    description="Notices complaints on a board",
    strategy=TriggerStrategy.POLLING,
    props=BoardProps,
    sample_data={"text": "too cold"},
)
async def new_complaint(context: PollingTriggerContext[str, BoardProps]) -> list[JsonValue]:
    since = await context.store.get("_lastFetchedDate", str)
    board = context.props_value.board
    return [{"board": board, "since": since, "no": number} for number in (1, 2)]


@new_complaint.on_enable
async def remember_time(context: PollingTriggerContext[str, BoardProps]) -> None:
    await context.store.put("_lastFetchedDate", FETCHED)
    context.set_schedule(cron_expression="*/15 * * * *")


@new_complaint.on_disable
async def forget_time(context: PollingTriggerContext[str, BoardProps]) -> None:
    await context.store.delete("_lastFetchedDate")


@new_complaint.on_start
async def count_start(context: StartContext[str, BoardProps]) -> None:
    await context.store.put("started", context.run.id)


@create_trigger(
    name="any_request",
    display_name="Any Request",
    description="Passes each request on",
    strategy=TriggerStrategy.WEBHOOK,
    props=BoardProps,
)
async def any_request(context: WebhookRunContext[None, BoardProps]) -> list[JsonValue]:
    payload = context.payload
    return [
        {
            "url": context.webhook_url,
            "board": context.props_value.board,
            "agent": payload.headers["user-agent"],
            "body": payload.body,
        }
    ]


@any_request.on_enable
async def remember_url(context: WebhookContext[None, BoardProps]) -> None:
    await context.store.put("url", context.webhook_url)


@any_request.on_disable
async def forget_url(context: WebhookContext[None, BoardProps]) -> None:
    await context.store.delete("url")


@create_trigger(
    name="by_hand",
    display_name="By Hand",
    description="Starts when somebody presses the button",
    strategy=TriggerStrategy.MANUAL,
)
async def by_hand(context: ManualTriggerRunContext) -> list[JsonValue]:
    return [context.payload.body]


shop = create_piece(
    display_name="Shop",
    logo_url="https://shop.example.com/logo.svg",
    auth=shop_auth,
    actions=[],
    triggers=[new_complaint, any_request, by_hand],
)

BOARD = {"board": "hall"}


async def test_each_item_that_a_run_returns_is_a_run_of_the_flow_of_its_own() -> None:
    store = MemoryStore()
    context = make_context(new_complaint, auth="k", props=BOARD, store=store)
    await new_complaint.on_enable.run(context)

    items = await new_complaint.run(context)

    since = "2026-05-04T03:02:01.000Z"
    assert items == [{"board": "hall", "since": since, "no": number} for number in (1, 2)]


async def test_a_polling_trigger_may_ask_for_its_own_schedule() -> None:
    host = MemoryHost()

    await remember_time(make_context(new_complaint, auth="k", props=BOARD, host=host))

    assert host.schedule.asked == CronSchedule(expression="*/15 * * * *", timezone="UTC")


async def test_disabling_undoes_what_enabling_did() -> None:
    store = MemoryStore()
    context = make_context(new_complaint, auth="k", props=BOARD, store=store)
    await new_complaint.on_enable.run(context)

    await new_complaint.on_disable.run(context)

    assert await store.get("_lastFetchedDate", object) is None


async def test_on_start_runs_in_a_context_of_its_own() -> None:
    store = MemoryStore()

    await new_complaint.on_start.run(
        make_start_context(new_complaint, auth="k", props=BOARD, store=store)
    )

    assert await store.get("started", str) == "test-run"


async def test_the_context_holds_url_request_and_what_was_filled_in() -> None:
    request = WebhookPayload(body=[1], headers={"user-agent": "till"})
    context = make_context(
        any_request, props=BOARD, payload=request, webhook_url="https://i.example.com/w/1"
    )

    assert await any_request.run(context) == [
        {"url": "https://i.example.com/w/1", "board": "hall", "agent": "till", "body": [1]}
    ]


async def test_a_manual_trigger_receives_what_its_caller_gave() -> None:
    context = make_context(by_hand, payload=WebhookPayload(body={"scoops": 2}))

    assert await by_hand.run(context) == [{"scoops": 2}]


def test_the_metadata_of_a_trigger_has_the_documented_structure() -> None:
    assert as_read(new_complaint.metadata()) == {
        "name": "new_complaint",
        "displayName": "New Complaint",
        "description": "Notices complaints on a board",
        "props": {"board": {"type": "SHORT_TEXT", "displayName": "Board", "required": True}},
        "requireAuth": True,
        "type": "POLLING",
        "handshakeConfiguration": {"strategy": "NONE"},
        "renewConfiguration": {"strategy": "NONE"},
        "sampleData": {"text": "too cold"},
        "testStrategy": "TEST_FUNCTION",
    }


def test_the_metadata_names_each_trigger_s_kind_and_how_it_is_tested() -> None:
    triggers = as_read(shop.metadata())["triggers"]

    assert {name: (each["type"], each["testStrategy"]) for name, each in triggers.items()} == {
        "new_complaint": ("POLLING", "TEST_FUNCTION"),
        "any_request": ("WEBHOOK", "SIMULATION"),
        "by_hand": ("MANUAL", "TEST_FUNCTION"),
    }
