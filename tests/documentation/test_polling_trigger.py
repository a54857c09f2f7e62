"""The page "Polling Trigger": both strategies of the polling library, and a trigger around them."""

from __future__ import annotations

from datetime import datetime

from pieces_common import (
    DedupeStrategy,
    IdentifiedItem,
    Polling,
    PollingContext,
    TimedItem,
    polling_helper,
)
from pieces_framework import (
    OAuth2Value,
    PieceAuth,
    PollingTriggerContext,
    Property,
    Props,
    TriggerStrategy,
    create_piece,
    create_trigger,
)
from pieces_framework.testing import MemoryStore, make_context
from tests.documentation.wire import as_read

desk_auth = PieceAuth.OAuth2(
    auth_url="https://desk.example.com/auth",
    token_url="https://desk.example.com/token",
    scope=["tickets"],
)
TICKETS = [
    {"id": 1, "created_date": "2026-01-01T00:00:00Z"},
    {"id": 2, "created_date": "2026-01-02T00:00:00Z"},
]
BOOKINGS = [{"id": 1}]
MORNING_MS = 1767225600000  # 2026-01-01T00:00:00Z


class ViewProps(Props):
    authentication = Property.SecretText(
        display_name="Key", description="From **Settings > Keys**", required=True
    )


class ObjectProps(Props):
    kind = Property.ShortText(display_name="Kind", required=True)


async def fetch_tickets(context: PollingContext[OAuth2Value, ObjectProps]) -> list[TimedItem]:
    assert context.auth.access_token == "y4"
    return [
        TimedItem(
            epoch_ms=datetime.fromisoformat(str(ticket["created_date"])).timestamp() * 1000,
            data={"kind": context.props_value.kind, **ticket},
        )
        for ticket in TICKETS
    ]


def fetch_bookings(context: PollingContext[None, ViewProps]) -> list[IdentifiedItem]:
    assert context.props_value.authentication == "desk-key"
    return [IdentifiedItem(id=booking["id"], data=booking) for booking in BOOKINGS]


by_time = Polling(strategy=DedupeStrategy.TIMEBASED, items=fetch_tickets)
by_id = Polling(strategy=DedupeStrategy.LAST_ITEM, items=fetch_bookings)


@create_trigger(
    name="new_ticket",
    display_name="New Ticket",
    description="Notices tickets by their time",
    strategy=TriggerStrategy.POLLING,
    auth=desk_auth,
    props=ObjectProps,
    sample_data={},
)
async def new_ticket(context: PollingTriggerContext[OAuth2Value, ObjectProps]) -> list[object]:
    return await polling_helper.poll(by_time, context)


@new_ticket.on_enable
async def start_tickets(context: PollingTriggerContext[OAuth2Value, ObjectProps]) -> None:
    await polling_helper.on_enable(by_time, context, now_ms=MORNING_MS)


@new_ticket.on_disable
async def stop_tickets(context: PollingTriggerContext[OAuth2Value, ObjectProps]) -> None:
    await polling_helper.on_disable(by_time, context)


@new_ticket.test
async def sample_tickets(
    context: PollingTriggerContext[OAuth2Value, ObjectProps],
) -> list[object]:
    return await polling_helper.test(by_time, context)


@create_trigger(
    name="new_booking_in_view",
    display_name="New Booking in View",
    description="Notices bookings by their id",
    strategy=TriggerStrategy.POLLING,
    props=ViewProps,
    sample_data={},
)
async def new_booking(context: PollingTriggerContext[None, ViewProps]) -> list[object]:
    return await polling_helper.poll(by_id, context)


@new_booking.on_enable
async def start_bookings(context: PollingTriggerContext[None, ViewProps]) -> None:
    await polling_helper.on_enable(by_id, context)


@new_booking.on_disable
async def stop_bookings(context: PollingTriggerContext[None, ViewProps]) -> None:
    await polling_helper.on_disable(by_id, context)


@new_booking.test
async def sample_bookings(context: PollingTriggerContext[None, ViewProps]) -> list[object]:
    return await polling_helper.test(by_id, context)


desk = create_piece(
    display_name="Desk",
    logo_url="https://desk.example.com/logo.svg",
    auth=desk_auth,
    actions=[],
    triggers=[new_ticket, new_booking],
)


def for_tickets(store: MemoryStore) -> PollingTriggerContext[OAuth2Value, ObjectProps]:
    auth = desk_auth.parse({"type": "OAUTH2", "access_token": "y4"})
    return make_context(new_ticket, auth=auth, props={"kind": "bug"}, store=store)


def for_bookings(store: MemoryStore) -> PollingTriggerContext[None, ViewProps]:
    return make_context(new_booking, props={"authentication": "desk-key"}, store=store)


async def test_by_time_what_came_after_enabling_is_new_once() -> None:
    context = for_tickets(MemoryStore())
    await new_ticket.on_enable.run(context)

    first, second = await new_ticket.run(context), await new_ticket.run(context)

    assert (first, second) == ([{"kind": "bug", **TICKETS[1]}], [])


async def test_by_id_what_stands_before_the_last_item_is_new_once() -> None:
    context = for_bookings(MemoryStore())
    await new_booking.on_enable.run(context)
    BOOKINGS.insert(0, {"id": 2})

    first, second = await new_booking.run(context), await new_booking.run(context)

    BOOKINGS.pop(0)
    assert (first, second) == ([{"id": 2}], [])


async def test_testing_shows_recent_items_and_keeps_no_checkpoint() -> None:
    store = MemoryStore()

    tickets = await new_ticket.test.run(for_tickets(store))
    bookings = await new_booking.test.run(for_bookings(store))

    assert tickets == [{"kind": "bug", **ticket} for ticket in TICKETS]
    assert bookings == [{"id": 1}]
    assert [await store.get(key, object) for key in ("lastPoll", "lastItem")] == [None, None]


async def test_disabling_keeps_the_checkpoint_until_the_next_enabling() -> None:
    store = MemoryStore()
    await new_ticket.on_enable.run(for_tickets(store))
    await new_booking.on_enable.run(for_bookings(store))

    await new_ticket.on_disable.run(for_tickets(store))
    await new_booking.on_disable.run(for_bookings(store))

    kept = [await store.get(key, object) for key in ("lastPoll", "lastItem")]
    assert kept == [MORNING_MS, 1]


def test_the_metadata_asks_for_the_secret_as_an_ordinary_property() -> None:
    trigger = as_read(desk.metadata())["triggers"]["new_booking_in_view"]

    assert trigger["props"] == {
        "authentication": {
            "type": "SECRET_TEXT",
            "displayName": "Key",
            "description": "From **Settings > Keys**",
            "required": True,
        }
    }
    assert (trigger["type"], trigger["sampleData"]) == ("POLLING", {})
    assert trigger["testStrategy"] == "TEST_FUNCTION"
