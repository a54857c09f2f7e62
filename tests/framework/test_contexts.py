"""What each kind of function receives, and what a context does not show."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import FrozenInstanceError, fields
from typing import Any

import pytest

from pieces_framework import (
    ActionContext,
    AppWebhookRunContext,
    AuthField,
    BasicAuthValue,
    ExecutionType,
    FlowInfo,
    ManualTriggerRunContext,
    PieceAuth,
    PieceError,
    PollingTriggerContext,
    Project,
    Property,
    PropertyContext,
    Props,
    PropsError,
    StartContext,
    TriggerStrategy,
    WebhookPayload,
    WebhookResponse,
    WebhookRunContext,
    create_action,
    create_trigger,
)
from pieces_framework.protocols import FlowVersion
from pieces_framework.testing import (
    MemoryFlows,
    MemoryHost,
    make_context,
    make_property_context,
    make_start_context,
)

SECRET = "sesame-123"
auth = PieceAuth.SecretText(display_name="Key")
EVENT = WebhookPayload(body={"id": 1}, headers={"x-hook": "1"}, method="POST")


class Login(Props):
    password = Property.SecretText(display_name="Password", required=True)


@create_action(name="act", display_name="", description="", auth=auth, props=Login)
async def act(context: ActionContext[str, Login]) -> None: ...


@create_trigger(
    name="tick", display_name="", description="", strategy=TriggerStrategy.POLLING, auth=auth
)
def tick(context: PollingTriggerContext[str]) -> list[object]:
    return []


@create_trigger(
    name="told", display_name="", description="", strategy=TriggerStrategy.WEBHOOK, auth=auth
)
def told(context: WebhookRunContext[str]) -> list[object]:
    return [context.payload.method]


@create_trigger(
    name="heard", display_name="", description="", strategy=TriggerStrategy.APP_WEBHOOK, auth=auth
)
def heard(context: AppWebhookRunContext[str]) -> list[object]:
    return [context.webhook_url]


@create_trigger(
    name="asked", display_name="", description="", strategy=TriggerStrategy.MANUAL, auth=auth
)
def asked(context: ManualTriggerRunContext[str]) -> list[object]:
    return [context.payload.body]


@told.on_handshake
def answer(context: WebhookRunContext[str]) -> WebhookResponse:
    return WebhookResponse(status=201, body=context.payload.body)


@told.on_start
async def remember(context: StartContext[str]) -> None:
    await context.store.put("started", [context.run.id, context.payload.body])


CONTEXTS = [
    make_context(act, auth=SECRET, props={"password": SECRET}),
    make_context(tick, auth=SECRET),
    make_context(told, auth=SECRET, payload=EVENT, webhook_url=f"https://i.example/{SECRET}"),
    make_context(heard, auth=SECRET, payload=EVENT, webhook_url=f"https://i.example/{SECRET}"),
    make_context(asked, auth=SECRET, payload=EVENT),
    make_start_context(told, auth=SECRET, payload=EVENT),
    make_property_context(auth=SECRET, props={"password": SECRET}),
]


@pytest.mark.parametrize("context", CONTEXTS, ids=lambda context: type(context).__name__)
def test_no_context_shows_a_secret_or_lets_itself_be_changed(context: Any) -> None:
    text = repr(context)

    assert SECRET not in text
    assert "test-token" not in text
    assert type(context).__name__ in text
    for each in fields(context):
        with pytest.raises(FrozenInstanceError):
            setattr(context, each.name, None)


async def test_each_strategy_gives_its_run_what_it_needs() -> None:
    url = "https://i.example/1"
    webhook = make_context(told, auth=SECRET, payload=EVENT, webhook_url=url)
    app = make_context(heard, auth=SECRET, webhook_url=url)
    manual = make_context(asked, auth=SECRET, payload=EVENT)

    assert await told.run(webhook) == ["POST"]
    assert await heard.run(app) == [url]
    assert await asked.run(manual) == [{"id": 1}]


async def test_a_handshake_sees_the_request_it_answers() -> None:
    response = await told.on_handshake.run(make_context(told, auth=SECRET, payload=EVENT))

    assert response == WebhookResponse(status=201, body={"id": 1})


async def test_on_start_knows_the_run_and_what_began_it() -> None:
    host = MemoryHost()

    await told.on_start.run(make_start_context(told, auth=SECRET, payload=EVENT, host=host))

    assert await host.store.get("started", list) == ["test-run", {"id": 1}]


def test_a_step_knows_where_it_runs() -> None:
    current = FlowInfo(id="f", version=FlowVersion(id="v"))
    host = MemoryHost(
        flows=MemoryFlows(current=current), project=Project(id="p", external_id="tenant-1")
    )

    action = make_context(act, auth=SECRET, props={"password": "x"}, host=host)
    trigger = make_context(tick, auth=SECRET, host=host)

    assert (action.step.name, trigger.step.name) == ("step_1", "tick")
    assert (action.flows.current, trigger.flows.current.version.id) == (current, "v")
    assert (action.project.external_id, trigger.project.id) == ("tenant-1", "p")
    assert action.server.api_url.endswith("/")
    assert action.server.public_url.endswith("/api/")
    assert (action.execution_type, action.resume_payload) == (ExecutionType.BEGIN, None)


@pytest.mark.parametrize(
    ("external_ids", "found"),
    [
        pytest.param(None, ["a", "b"], id="all"),
        pytest.param(["b", "c"], ["b"], id="some"),
        pytest.param([], [], id="none"),
    ],
)
async def test_flows_are_listed_by_external_id(
    external_ids: list[str] | None, found: list[str]
) -> None:
    flows = MemoryFlows([{"externalId": "a"}, {"externalId": "b"}])
    context = make_context(tick, auth=SECRET, host=MemoryHost(flows=flows))

    page = await context.flows.list(external_ids)

    assert [flow["externalId"] for flow in page.data] == found
    assert (page.next, page.previous) == (None, None)


@pytest.mark.parametrize("is_republish", [False, True])
def test_a_hook_is_told_of_a_republished_flow(*, is_republish: bool) -> None:
    context = make_context(tick, auth=SECRET, is_republish=is_republish)

    assert context.is_republish is is_republish


async def test_a_loader_gets_what_is_filled_in_so_far() -> None:
    async def colors(context: PropertyContext[str]) -> list[object]:
        return [context.auth, context.props_value.get("shop"), context.search_value]

    chosen = make_property_context(auth=SECRET, props={"shop": 7}, search_value="re")
    empty: PropertyContext[str] = make_property_context()

    assert await colors(chosen) == [SECRET, 7, "re"]
    assert await colors(empty) == [None, None, None]


def test_auth_that_is_not_required_may_be_none() -> None:
    @create_action(name="peek", display_name="", description="", auth=auth, require_auth=False)
    async def peek(context: ActionContext[str | None]) -> None: ...

    assert make_context(peek).auth is None
    assert make_context(peek, auth=SECRET).auth == SECRET


def test_on_start_needs_auth_and_props_as_a_run_does() -> None:
    @create_trigger(
        name="new",
        display_name="",
        description="",
        strategy=TriggerStrategy.MANUAL,
        auth=auth,
        props=Login,
    )
    def new(context: ManualTriggerRunContext[str, Login]) -> list[object]:
        return []

    with pytest.raises(PieceError, match="needs auth") as lacking:
        make_start_context(new, props={"password": "x"})
    with pytest.raises(PropsError, match="password"):
        make_start_context(new, auth=SECRET)
    assert "make_start_context" in lacking.value.hint


def test_one_of_several_auths_is_the_contexts() -> None:
    basic = PieceAuth.BasicAuth(
        display_name="Login",
        username=AuthField(display_name="User"),
        password=AuthField(display_name="Password"),
    )

    @create_action(name="either", display_name="", description="", auth=(auth, basic))
    async def either(context: ActionContext[str | BasicAuthValue]) -> None: ...

    value = BasicAuthValue(username="ada", password=SECRET)

    assert make_context(either, auth=value).auth == value
    with pytest.raises(PieceError, match="needs auth"):
        make_context(either)


async def test_dynamic_properties_are_read_by_their_stored_schema() -> None:
    def load(context: PropertyContext[None]) -> Mapping[str, Any]:
        return {}

    @create_action(
        name="insert",
        display_name="",
        description="",
        props={
            "row": Property.DynamicProperties(
                display_name="Row", props=load, refreshers=[], required=True
            )
        },
    )
    async def insert(context: ActionContext[None, Mapping[str, Any]]) -> object:
        return context.props_value["row"]

    schema = {"price": Property.Number(display_name="Price", required=True)}

    context = make_context(insert, props={"row": {"price": "3"}}, schemas={"row": schema})

    assert await insert.run(context) == {"price": 3}
