"""What each function of an author receives, and what it may ask there."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from datetime import datetime
from typing import Any, assert_type

from pieces_framework import (
    ActionContext,
    AppEvents,
    AppWebhookContext,
    AppWebhookRunContext,
    AuthValidationContext,
    DelayPause,
    ExecutionType,
    FlowInfo,
    JsonValue,
    ManualTriggerContext,
    ManualTriggerRunContext,
    NoProps,
    ParseContext,
    ParsedEvent,
    PieceAuth,
    PollingTriggerContext,
    Project,
    Property,
    PropertyContext,
    Props,
    Server,
    StartContext,
    Step,
    Store,
    StoreScope,
    Trigger,
    TriggerStrategy,
    VerifyContext,
    Waitpoint,
    WebhookContext,
    WebhookPause,
    WebhookPayload,
    WebhookResponse,
    WebhookRunContext,
    create_action,
    create_trigger,
)
from pieces_framework.testing import (
    PollingDriver,
    WebhookDriver,
    make_context,
    make_property_context,
    make_start_context,
    make_validation_context,
)

auth = PieceAuth.SecretText(display_name="API Key")


class Wanted(Props):
    """One property."""

    limit = Property.Number(display_name="Limit", required=True)


plain = {"limit": Property.Number(display_name="Limit")}


async def parts(file: bytes) -> AsyncIterator[bytes]:
    yield file


@create_action(name="a", display_name="", description="", auth=auth, props=Wanted)
async def action(context: ActionContext[str, Wanted]) -> dict[str, int]:
    assert_type(context.auth, str)
    assert_type(context.props_value.limit, float)
    assert_type(context.store, Store)
    assert_type(await context.store.get("seen", int), int | None)
    await context.store.put("seen", {"a": [1]}, StoreScope.PROJECT)
    assert_type(await context.files.write(file_name="a.txt", data=b""), str)
    assert_type(await context.files.write(file_name="a.txt", data=parts(b"")), str)
    assert_type(context.flows.current, FlowInfo)
    assert_type(context.project, Project)
    assert_type(context.project.external_id, str | None)
    assert_type(context.server, Server)
    assert_type(context.step, Step)
    assert_type(context.execution_type, ExecutionType)
    assert_type(context.resume_payload, WebhookPayload | None)
    assert_type(context.generate_resume_url({"a": "b"}, sync=True), str)
    await context.tags.add("vip")
    await context.output.update({"done": 0.5})
    return {"a": 1}


@action.test
async def tested(context: ActionContext[str, Wanted]) -> str:
    return "sample"


async def steering(context: ActionContext) -> None:
    assert_type(context.run.id, str)
    context.run.stop(WebhookResponse(status=404, headers={"a": "b"}))
    context.run.respond(WebhookResponse(body={"a": 1}))
    context.run.pause(DelayPause(resume_date_time=datetime.now().astimezone()))
    context.run.pause(WebhookPause(response={"any": "JSON"}))
    waitpoint = await context.run.create_waitpoint(WebhookPause())
    assert_type(waitpoint, Waitpoint)
    assert_type(waitpoint.build_resume_url(query_params={"a": "b"}), str)
    context.run.wait_for_waitpoint(waitpoint.id)


@create_trigger(
    name="p",
    display_name="",
    description="",
    strategy=TriggerStrategy.POLLING,
    auth=auth,
    props=Wanted,
)
async def polling(context: PollingTriggerContext[str, Wanted]) -> list[int]:
    assert_type(context.auth, str)
    assert_type(context.props_value.limit, float)
    return [1]


@polling.on_enable
async def polling_enabled(context: PollingTriggerContext[str, Wanted]) -> None:
    context.set_schedule(cron_expression="0 9 * * MON", timezone="Europe/Rome")
    context.set_schedule(interval_ms=60_000)
    assert_type(context.is_republish, bool)


@polling.on_disable
def polling_disabled(context: PollingTriggerContext[str, Wanted]) -> None: ...


@polling.test
def polling_samples(context: PollingTriggerContext[str, Wanted]) -> list[int]:
    return [1]


@polling.on_start
async def polling_started(context: StartContext[str, Wanted]) -> None:
    assert_type(context.auth, str)
    assert_type(context.props_value.limit, float)
    assert_type(context.payload, WebhookPayload)
    assert_type(context.run.id, str)


@create_trigger(
    name="w", display_name="", description="", strategy=TriggerStrategy.WEBHOOK, auth=auth
)
async def webhook(context: WebhookRunContext[str]) -> list[JsonValue]:
    assert_type(context.payload.headers, Mapping[str, str])
    assert_type(context.payload.raw_body, bytes)
    assert_type(context.webhook_url, str)
    return [context.payload.body]


@webhook.on_enable
async def webhook_enabled(context: WebhookContext[str]) -> None:
    assert_type(context.webhook_url, str)


@webhook.on_renew
async def webhook_renewed(context: WebhookContext[str]) -> None: ...


@webhook.on_handshake
def shake_hands(context: WebhookRunContext[str]) -> WebhookResponse:
    return WebhookResponse(body=context.payload.query_params["challenge"])


@create_trigger(
    name="e",
    display_name="",
    description="",
    strategy=TriggerStrategy.APP_WEBHOOK,
    auth=auth,
    props=plain,
)
async def event(context: AppWebhookRunContext[str, Mapping[str, Any]]) -> list[JsonValue]:
    assert_type(context.props_value, Mapping[str, Any])
    assert_type(context.payload, WebhookPayload)
    return [context.payload.body]


@event.on_enable
async def event_enabled(context: AppWebhookContext[str, Mapping[str, Any]]) -> None:
    context.app.create_listeners(events=["message"], identifier_value="T1")


def parse(context: ParseContext) -> ParsedEvent:
    assert_type(context.payload, WebhookPayload)
    return ParsedEvent(event="message", identifier_value="T1")


async def verify(context: VerifyContext) -> bool:
    assert_type(context.webhook_secret, str | Mapping[str, JsonValue])
    return True


events = AppEvents(parse_and_reply=parse, verify=verify)


@create_trigger(name="m", display_name="", description="", strategy=TriggerStrategy.MANUAL)
def manual(context: ManualTriggerRunContext) -> tuple[JsonValue, ...]:
    assert_type(context.auth, None)
    assert_type(context.props_value, NoProps)
    return (context.payload.body,)


@manual.test
def manual_samples(context: ManualTriggerContext) -> list[int]:
    return [1]


@manual.on_start
def manual_started(context: StartContext) -> None:
    assert_type(context.auth, None)


assert_type(
    polling,
    Trigger[str, Wanted, PollingTriggerContext[str, Wanted], PollingTriggerContext[str, Wanted]],
)
assert_type(webhook, Trigger[str, NoProps, WebhookContext[str], WebhookRunContext[str]])
assert_type(
    event,
    Trigger[
        str,
        Mapping[str, Any],
        AppWebhookContext[str, Mapping[str, Any]],
        AppWebhookRunContext[str, Mapping[str, Any]],
    ],
)
assert_type(manual, Trigger[None, NoProps, ManualTriggerContext, ManualTriggerRunContext])

assert_type(make_context(action), ActionContext[str, Wanted])
assert_type(make_context(polling), PollingTriggerContext[str, Wanted])
assert_type(make_context(webhook), WebhookRunContext[str])
assert_type(make_context(manual), ManualTriggerRunContext)
assert_type(make_start_context(polling), StartContext[str, Wanted])
assert_type(make_property_context(auth="key"), PropertyContext[str])
assert_type(make_validation_context(auth="key"), AuthValidationContext[str])


@create_trigger(
    name="o",
    display_name="",
    description="",
    strategy=TriggerStrategy.POLLING,
    auth=auth,
    require_auth=False,
)
def optional(context: PollingTriggerContext[str | None]) -> list[int]:
    return []


async def driven() -> None:
    polls = PollingDriver(polling, auth="key", props={"limit": 1})
    assert_type(polls, PollingDriver[str, Wanted])
    assert_type(await polls.tick(), list[JsonValue])
    assert_type(await polls.ticks(2), list[list[JsonValue]])
    polls.restart(polling)
    assert_type(PollingDriver(optional), PollingDriver[str | None])
    calls = WebhookDriver(webhook, auth="key")
    assert_type(calls, WebhookDriver[str])
    assert_type(await calls.deliver(body={"a": [1]}, query_params={"q": "1"}), list[JsonValue])
    assert_type(await calls.handshake(raw_body=b""), WebhookResponse)
    heard = WebhookDriver(event, auth="key", events=events)
    assert_type(heard, WebhookDriver[str, Mapping[str, Any]])
