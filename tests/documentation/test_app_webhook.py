"""The page "Triggers", its app webhooks: one URL for the events of all who use the app."""

from __future__ import annotations

import hmac
from hashlib import sha256

import pytest

from pieces_framework import (
    AppEvents,
    AppWebhookContext,
    AppWebhookRunContext,
    JsonValue,
    ParseContext,
    ParsedEvent,
    PieceAuth,
    TriggerStrategy,
    VerifyContext,
    WebhookPayload,
    WebhookResponse,
    create_piece,
    create_trigger,
)
from pieces_framework.testing import MemoryHost, make_context
from tests.documentation.wire import as_read

shop_auth = PieceAuth.SecretText(display_name="Key", required=True)


@create_trigger(
    name="new_message",
    display_name="New Message",
    description="Notices messages in all shops of the app",
    strategy=TriggerStrategy.APP_WEBHOOK,
    auth=shop_auth,
    sample_data={"text": "hello"},
)
async def new_message(context: AppWebhookRunContext[str]) -> list[JsonValue]:
    return [context.payload.body]


@new_message.on_enable
async def listen(context: AppWebhookContext[str]) -> None:
    context.app.create_listeners(events=["message"], identifier_value="shop-7")


def read_event(context: ParseContext) -> ParsedEvent:
    body = context.payload.body
    if not isinstance(body, dict):
        return ParsedEvent()
    if "challenge" in body:
        return ParsedEvent(reply=WebhookResponse(body=body["challenge"]))
    return ParsedEvent(event=str(body["kind"]), identifier_value=str(body["shop"]))


def is_signed(context: VerifyContext) -> bool:
    secret = str(context.webhook_secret).encode()
    expected = hmac.new(secret, context.payload.raw_body, sha256).hexdigest()
    return hmac.compare_digest(expected, context.payload.headers.get("signature", ""))


shop_events = AppEvents(parse_and_reply=read_event, verify=is_signed)
shop = create_piece(
    display_name="Shop",
    logo_url="https://shop.example.com/logo.svg",
    auth=shop_auth,
    actions=[],
    triggers=[new_message],
    events=shop_events,
)


async def test_an_app_webhook_names_the_events_it_waits_for() -> None:
    host = MemoryHost()
    context = make_context(new_message, auth="k", host=host)

    await new_message.on_enable.run(context)

    (listener,) = host.app.listeners
    assert (listener.events, listener.identifier_value) == (("message",), "shop-7")


@pytest.mark.parametrize(
    ("body", "parsed"),
    [
        pytest.param(
            {"kind": "message", "shop": "shop-7"},
            ParsedEvent(event="message", identifier_value="shop-7"),
            id="event",
        ),
        pytest.param(
            {"challenge": "42"}, ParsedEvent(reply=WebhookResponse(body="42")), id="challenge"
        ),
        pytest.param("ping", ParsedEvent(), id="neither"),
    ],
)
async def test_the_piece_says_which_event_a_request_is(
    body: JsonValue, parsed: ParsedEvent
) -> None:
    context = ParseContext(
        payload=WebhookPayload(body=body), public_url="https://i.example.com/api/"
    )

    assert await shop_events.parse(context) == parsed


@pytest.mark.parametrize(
    ("secret", "genuine"), [pytest.param("s", True, id="ours"), pytest.param("t", False, id="no")]
)
async def test_the_piece_verifies_who_sent_a_request(secret: str, *, genuine: bool) -> None:
    signature = hmac.new(b"s", b"{}", sha256).hexdigest()
    context = VerifyContext(
        webhook_secret=secret,
        payload=WebhookPayload(raw_body=b"{}", headers={"signature": signature}),
        app_webhook_url="https://i.example.com/api/v1/app-events/shop",
    )

    assert await shop_events.is_genuine(context) is genuine


def test_the_metadata_says_that_the_sample_data_is_enough_to_test() -> None:
    trigger = as_read(shop.metadata())["triggers"]["new_message"]

    assert (trigger["type"], trigger["testStrategy"]) == ("APP_WEBHOOK", "TEST_FUNCTION")
    assert trigger["sampleData"] == {"text": "hello"}
