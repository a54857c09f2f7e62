"""Each context that an author's function can receive is made by one call, with what it needs."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import pytest

import pieces_framework
from pieces_framework import (
    ActionContext,
    AppEvents,
    AppWebhookContext,
    AppWebhookRunContext,
    AuthValidation,
    AuthValidationContext,
    ExecutionType,
    JsonValue,
    ManualTriggerContext,
    ManualTriggerRunContext,
    ParseContext,
    ParsedEvent,
    PieceError,
    PollingTriggerContext,
    Property,
    PropertyContext,
    Props,
    PropsError,
    StartContext,
    StoreScope,
    TriggerContext,
    TriggerStrategy,
    VerifyContext,
    WebhookContext,
    WebhookPayload,
    WebhookRunContext,
    create_action,
    create_trigger,
)
from pieces_framework.testing import (
    WEBHOOK_URL,
    MemoryConnections,
    MemoryHost,
    MemoryStore,
    make_context,
    make_parse_context,
    make_payload,
    make_property_context,
    make_start_context,
    make_validation_context,
    make_verify_context,
)


@create_action(name="act", display_name="", description="")
def act(context: ActionContext) -> None: ...


@create_trigger(name="p", display_name="", description="", strategy=TriggerStrategy.POLLING)
def polled(context: PollingTriggerContext) -> list[JsonValue]:
    return []


@create_trigger(name="w", display_name="", description="", strategy=TriggerStrategy.WEBHOOK)
def called(context: WebhookRunContext) -> list[JsonValue]:
    return []


@create_trigger(name="a", display_name="", description="", strategy=TriggerStrategy.APP_WEBHOOK)
def heard(context: AppWebhookRunContext) -> list[JsonValue]:
    return []


@create_trigger(name="m", display_name="", description="", strategy=TriggerStrategy.MANUAL)
def asked(context: ManualTriggerRunContext) -> list[JsonValue]:
    return []


MADE: Mapping[type[Any], object] = {
    ActionContext: make_context(act),
    TriggerContext: make_context(polled),
    PollingTriggerContext: make_context(polled),
    WebhookContext: make_context(called),
    WebhookRunContext: make_context(called),
    AppWebhookContext: make_context(heard),
    AppWebhookRunContext: make_context(heard),
    ManualTriggerContext: make_context(asked),
    ManualTriggerRunContext: make_context(asked),
    StartContext: make_start_context(polled),
    PropertyContext: make_property_context(auth="key"),
    AuthValidationContext: make_validation_context(auth="key"),
    ParseContext: make_parse_context(),
    VerifyContext: make_verify_context(),
}


def test_every_context_there_is_has_a_maker() -> None:
    contexts = {name for name in pieces_framework.__all__ if name.endswith("Context")}

    assert {context.__name__ for context in MADE} == contexts
    assert [kind for kind, made in MADE.items() if not isinstance(made, kind)] == []


class Order(Props):
    number = Property.Number(display_name="Number", required=True)
    note = Property.ShortText(display_name="Note")


@create_action(name="buy", display_name="", description="", props=Order)
def buy(context: ActionContext[None, Order]) -> None: ...


@create_trigger(
    name="bought", display_name="", description="", strategy=TriggerStrategy.MANUAL, props=Order
)
def bought(context: ManualTriggerRunContext[None, Order]) -> list[JsonValue]:
    return []


@pytest.mark.parametrize(
    "make",
    [
        partial(make_context, buy),
        partial(make_context, bought),
        partial(make_start_context, bought),
    ],
    ids=["action", "trigger", "start"],
)
def test_a_slip_in_the_name_of_a_prop_is_named(make: Callable[..., object]) -> None:
    with pytest.raises(PropsError, match="number") as caught:
        make(props={"nubmer": 7, "note": "", "extra": None})

    assert caught.value.problems.keys() == {"number"}
    assert caught.value.hint == (
        "no property is called `nubmer`, `extra`; there are `number`, `note`"
    )


@pytest.mark.parametrize(
    "props", [{}, {"number": "x", "extra": 1}, {"note": ""}], ids=["none", "refused", "known"]
)
def test_no_slip_is_suspected_where_none_explains_the_problem(props: Mapping[str, Any]) -> None:
    with pytest.raises(PropsError) as caught:
        make_context(buy, props=props)

    assert caught.value.hint == ""


def test_names_that_no_property_has_are_dropped_as_in_a_run() -> None:
    context = make_context(buy, props={"number": 7, "extra": 1})

    assert (context.props_value.number, context.props_value.note) == (7, None)


def test_a_host_gives_what_one_call_has_of_its_own() -> None:
    payload = make_payload(1)

    services = MemoryHost().services(
        "new_order", webhook_url=WEBHOOK_URL, payload=payload, is_republish=True
    )

    assert (services.step.name, services.webhook_url) == ("new_order", WEBHOOK_URL)
    assert (services.payload, services.is_republish) == (payload, True)
    assert make_context(called).webhook_url == WEBHOOK_URL


def test_a_validation_sees_the_credentials_and_the_server() -> None:
    def validate(context: AuthValidationContext[str]) -> AuthValidation:
        known = context.server is not None and context.server.public_url.endswith("/api/")
        return AuthValidation(valid=known and context.auth == "sesame")

    answers = [validate(make_validation_context(auth=auth)).valid for auth in ("sesame", "other")]

    assert answers == [True, False]
    assert "sesame" not in repr(make_validation_context(auth="sesame"))


async def test_events_are_parsed_and_verified_from_one_request() -> None:
    def parse(context: ParseContext) -> ParsedEvent:
        return ParsedEvent(event=str(context.payload.body), identifier_value=context.public_url)

    def verify(context: VerifyContext) -> bool:
        return context.payload.raw_body.decode() == context.webhook_secret

    events = AppEvents(parse_and_reply=parse, verify=verify)

    event = await events.parse(make_parse_context(body="mention"))

    assert (event.event, event.identifier_value) == ("mention", MemoryHost().server.public_url)
    assert await events.is_genuine(make_verify_context(raw_body=b"s", webhook_secret="s"))
    assert not await events.is_genuine(make_verify_context(raw_body=b"s"))


async def test_a_resumed_action_gets_a_request_as_it_was_sent() -> None:
    payload = make_payload({"answer": "yes"}, query_params={"by": "Ada"}, headers={"X-Id": "1"})

    context = make_context(act, resume_payload=payload)

    assert context.execution_type is ExecutionType.RESUME
    assert context.resume_payload == WebhookPayload(
        body={"answer": "yes"},
        raw_body=b'{"answer": "yes"}',
        headers={"content-type": "application/json", "x-id": "1"},
        query_params={"by": "Ada"},
        method="POST",
    )


def test_the_content_type_that_is_given_stays() -> None:
    payload = make_payload({"a": 1}, headers={"Content-Type": "application/vnd.api+json"})

    assert payload.headers == {"content-type": "application/vnd.api+json"}


def test_a_request_without_a_body_has_none() -> None:
    assert make_payload() == WebhookPayload(method="POST")
    assert make_payload(raw_body=b"null").raw_body == b"null"


def test_a_body_that_is_not_json_is_refused() -> None:
    with pytest.raises(PieceError, match=r"`body\[0\]` is nan"):
        make_payload([float("nan")])


async def test_a_store_shows_what_is_kept_in_each_scope() -> None:
    store = MemoryStore()
    await store.put("a", {"n": [1, None]})
    await store.put("b", 2, StoreScope.PROJECT)
    await store.put("c", 3)
    await store.delete("c")

    assert store.values() == {"a": {"n": [1, None]}}
    assert store.values(StoreScope.PROJECT) == {"b": 2}


async def test_a_reopened_store_holds_the_same_values() -> None:
    store = MemoryStore()
    await store.put("a", 1)
    reopened = store.reopened()
    await reopened.put("b", 2)

    assert await reopened.get("a", int) == 1
    assert store.values() == {"a": 1, "b": 2}


async def test_what_a_piece_does_to_a_connection_is_not_seen_by_the_next() -> None:
    connections = MemoryConnections({"main": {"token": "t"}})
    first: Any = await connections.get("main")
    first["token"] = "changed"

    assert await connections.get("main") == {"token": "t"}


def test_the_next_call_of_a_host_shares_what_is_kept_and_not_what_was_asked() -> None:
    first = MemoryHost()
    first.run.stop()

    later = first.for_next_call()

    assert (later.run.verdict, later.store, later.files) == (None, first.store, first.files)


def test_importing_the_framework_does_not_load_the_testing_kit() -> None:
    done = subprocess.run(
        [sys.executable, "-c", "import sys, pieces_framework; print(*sys.modules)"],
        check=True,
        capture_output=True,
        text=True,
    )

    loaded = set(done.stdout.split())
    kit = {"pieces_framework.testing", "pieces_framework.memory", "pieces_framework.payload"}
    assert "pieces_framework" in loaded
    assert kit & loaded == set()
