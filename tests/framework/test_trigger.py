"""Triggers: the hooks of each strategy, and the metadata they give."""

from __future__ import annotations

import pytest

from pieces_framework import (
    DEDUPE_KEY_PROPERTY,
    AiMetadata,
    AppWebhookContext,
    AppWebhookRunContext,
    Classification,
    JsonValue,
    ManualTriggerRunContext,
    OutputField,
    OutputSchema,
    PieceAuth,
    PollingTriggerContext,
    Property,
    PropertyGroup,
    StartContext,
    Trigger,
    TriggerStrategy,
    TriggerTestStrategy,
    WebhookContext,
    WebhookHandshakeConfiguration,
    WebhookHandshakeStrategy,
    WebhookPayload,
    WebhookRenewConfiguration,
    WebhookRenewStrategy,
    WebhookResponse,
    WebhookRunContext,
    create_trigger,
)
from pieces_framework.testing import make_context, make_start_context
from pieces_framework.wire import Overlay

key = PieceAuth.SecretText(display_name="API Key")


def of_strategy(strategy: TriggerStrategy, sample_data: JsonValue = None) -> Trigger:
    async def nothing(context: object) -> list[JsonValue]:
        return []

    return Trigger(
        function=nothing,
        strategy=strategy,
        name="t",
        display_name="T",
        description="",
        sample_data=sample_data,
    )


def test_the_least_a_trigger_says() -> None:
    @create_trigger(
        name="melted", display_name="Melted", description="Heat.", strategy=TriggerStrategy.WEBHOOK
    )
    async def melted(context: WebhookRunContext) -> list[JsonValue]:
        return []

    assert melted.metadata() == {
        "name": "melted",
        "displayName": "Melted",
        "description": "Heat.",
        "requireAuth": True,
        "props": {},
        "type": "WEBHOOK",
        "handshakeConfiguration": {"strategy": "NONE"},
        "renewConfiguration": {"strategy": "NONE"},
        "sampleData": None,
        "testStrategy": "SIMULATION",
    }


def test_the_most_a_trigger_says() -> None:
    @create_trigger(
        name="melted",
        display_name="Melted",
        description="Heat.",
        strategy=TriggerStrategy.WEBHOOK,
        auth=key,
        require_auth=False,
        props={"degrees": Property.Number(display_name="Degrees")},
        sample_data={"_dedupe_key": "1", "at": None},
        handshake_configuration=WebhookHandshakeConfiguration(
            strategy=WebhookHandshakeStrategy.HEADER_PRESENT, param_name="X-Challenge"
        ),
        renew_configuration=WebhookRenewConfiguration(
            strategy=WebhookRenewStrategy.CRON, cron_expression="0 0 * * *"
        ),
        ai_metadata=AiMetadata(idempotent=True),
        classification=Classification.READ,
        output_schema=OutputSchema(fields=[OutputField(key="at", format="datetime")]),
        property_groups=[PropertyGroup(key="all", display="footer", props=["degrees"])],
    )
    async def melted(context: object) -> list[JsonValue]:
        return []

    assert melted.metadata() == {
        "name": "melted",
        "displayName": "Melted",
        "description": "Heat.",
        "requireAuth": False,
        "props": {"degrees": {"type": "NUMBER", "displayName": "Degrees", "required": False}},
        "type": "WEBHOOK",
        "handshakeConfiguration": {"strategy": "HEADER_PRESENT", "paramName": "X-Challenge"},
        "renewConfiguration": {"strategy": "CRON", "cronExpression": "0 0 * * *"},
        "sampleData": {"_dedupe_key": "1", "at": None},
        "testStrategy": "SIMULATION",
        "aiMetadata": {"idempotent": True},
        "classification": "READ",
        "outputSchema": {"fields": [{"key": "at", "format": "datetime"}]},
        "propertyGroups": [{"key": "all", "display": "footer", "props": ["degrees"]}],
    }


TESTED, SIMULATED = TriggerTestStrategy.TEST_FUNCTION, TriggerTestStrategy.SIMULATION


@pytest.mark.parametrize(
    ("strategy", "bare", "with_samples", "with_test"),
    [
        (TriggerStrategy.POLLING, TESTED, TESTED, TESTED),
        (TriggerStrategy.MANUAL, TESTED, TESTED, TESTED),
        (TriggerStrategy.WEBHOOK, SIMULATED, SIMULATED, TESTED),
        (TriggerStrategy.APP_WEBHOOK, SIMULATED, TESTED, TESTED),
    ],
)
def test_the_test_strategy_follows_from_what_is_there(
    strategy: TriggerStrategy,
    bare: TriggerTestStrategy,
    with_samples: TriggerTestStrategy,
    with_test: TriggerTestStrategy,
) -> None:
    sampled = of_strategy(strategy, sample_data={"id": 1})
    tested = of_strategy(strategy)

    @tested.test
    async def test(context: object) -> list[int]:
        return [1]

    assert of_strategy(strategy).test_strategy is bare
    assert sampled.test_strategy is with_samples
    assert tested.test_strategy is with_test
    assert tested.metadata()["testStrategy"] == with_test.value


def test_an_overlay_has_the_last_word() -> None:
    trigger = of_strategy(TriggerStrategy.MANUAL)

    trigger.overlay = Overlay({"type": "TELEPATHY"}, frozenset({"sampleData", "testStrategy"}))

    assert trigger.metadata() == {
        "name": "t",
        "displayName": "T",
        "description": "",
        "requireAuth": True,
        "props": {},
        "type": "TELEPATHY",
        "handshakeConfiguration": {"strategy": "NONE"},
        "renewConfiguration": {"strategy": "NONE"},
    }


@create_trigger(
    name="melted",
    display_name="Melted",
    description="",
    strategy=TriggerStrategy.WEBHOOK,
    auth=key,
    handshake_configuration=WebhookHandshakeConfiguration(
        strategy=WebhookHandshakeStrategy.QUERY_PRESENT, param_name="challenge"
    ),
    renew_configuration=WebhookRenewConfiguration(
        strategy=WebhookRenewStrategy.CRON, cron_expression="0 0 * * *"
    ),
)
async def melted(context: WebhookRunContext[str]) -> list[JsonValue]:
    return [context.payload.body]


@melted.on_handshake
async def answer(context: WebhookRunContext[str]) -> WebhookResponse:
    return WebhookResponse(status=202, body=context.payload.query_params["challenge"])


@melted.on_renew
async def renew(context: WebhookContext[str]) -> None:
    await context.store.put("renewed", context.webhook_url)


@melted.on_start
async def start(context: StartContext[str]) -> None:
    await context.store.put("started", context.payload.body)


async def test_on_handshake_answers_the_request() -> None:
    context = make_context(
        melted, auth="k", payload=WebhookPayload(query_params={"challenge": "who?"})
    )

    response = await melted.on_handshake.run(context)

    assert response == WebhookResponse(status=202, body="who?")


async def test_on_renew_receives_the_hook_context() -> None:
    context = make_context(melted, auth="k", webhook_url="https://example.com/hook")

    await melted.on_renew.run(context)

    assert await context.store.get("renewed", str) == "https://example.com/hook"


async def test_on_start_receives_what_started_the_run() -> None:
    context = make_start_context(melted, auth="k", payload=WebhookPayload(body={"id": 1}))

    await melted.on_start.run(context)

    assert await context.store.get("started", dict) == {"id": 1}


async def test_hooks_that_nobody_attached_do_what_is_harmless() -> None:
    trigger = of_strategy(TriggerStrategy.WEBHOOK, sample_data={"id": 1})
    context = make_context(trigger)

    results = {name: await hook.run(context) for name, hook in trigger.hooks.items()}

    assert results == {
        "on_enable": None,
        "on_disable": None,
        "test": ({"id": 1},),
        "on_start": None,
        "on_handshake": WebhookResponse(status=200),
        "on_renew": None,
    }


async def test_without_sample_data_there_are_no_samples() -> None:
    trigger = of_strategy(TriggerStrategy.WEBHOOK)

    assert await trigger.test.run(make_context(trigger)) == ()


@create_trigger(
    name="by_hand",
    display_name="By Hand",
    description="",
    strategy=TriggerStrategy.MANUAL,
    auth=key,
    require_auth=False,
)
def by_hand(context: ManualTriggerRunContext[str | None]) -> list[JsonValue]:
    return [{"auth": context.auth, "body": context.payload.body}]


@create_trigger(
    name="message", display_name="Message", description="", strategy=TriggerStrategy.APP_WEBHOOK
)
async def message(context: AppWebhookRunContext) -> list[JsonValue]:
    return [{"body": context.payload.body, DEDUPE_KEY_PROPERTY: "1"}]


@message.on_enable
async def listen(context: AppWebhookContext) -> None:
    await context.store.put("listening", value=True)


@create_trigger(name="tick", display_name="Tick", description="", strategy=TriggerStrategy.POLLING)
async def tick(context: PollingTriggerContext) -> list[JsonValue]:
    return [context.is_republish]


async def test_every_strategy_runs_with_its_own_context() -> None:
    payload = WebhookPayload(body="hi")

    assert await by_hand.run(make_context(by_hand, payload=payload)) == [
        {"auth": None, "body": "hi"}
    ]
    assert await message.run(make_context(message, payload=payload)) == [
        {"body": "hi", "_dedupe_key": "1"}
    ]
    assert await melted.run(make_context(melted, auth="k", payload=payload)) == ["hi"]
    assert await tick.run(make_context(tick, is_republish=True)) == [True]
