"""The calls of an action's context that have no page of their own."""

from __future__ import annotations

from datetime import UTC, datetime

from pieces_framework import (
    ActionContext,
    DelayPause,
    JsonValue,
    WebhookPause,
    WebhookPayload,
    WebhookResponse,
    create_action,
)
from pieces_framework.pausing import RespondRequest, WaitRequest
from pieces_framework.testing import MemoryConnections, MemoryFlows, MemoryHost, make_context

CLOSING = datetime(2026, 10, 31, 22, 0, tzinfo=UTC)


@create_action(name="confirm", display_name="Confirm", description="Answers, and goes on")
async def confirm(context: ActionContext) -> None:
    context.run.respond(WebhookResponse(status=202, body={"run": context.run.id}))
    await context.tags.add("confirmed")
    await context.output.update({"done": 1})
    await context.output.update({"done": 2})


@create_action(name="approve", display_name="Approve", description="Waits for one of two words")
async def approve(context: ActionContext) -> JsonValue:
    if context.resume_payload is not None:
        return dict(context.resume_payload.query_params)
    point = await context.run.create_waitpoint(WebhookPause())
    context.run.wait_for_waitpoint(point.id)
    return {word: point.build_resume_url({"word": word}) for word in ("yes", "no")}


@create_action(name="close", display_name="Close", description="Waits at a point in time")
async def close(context: ActionContext) -> str:
    point = await context.run.create_waitpoint(DelayPause(resume_date_time=CLOSING))
    context.run.wait_for_waitpoint(point.id)
    return context.generate_resume_url(sync=True)


@create_action(name="look", display_name="Look Around", description="Says where it runs")
async def look_around(context: ActionContext) -> dict[str, object]:
    page = await context.flows.list(external_ids=["menu"])
    return {
        "project": context.project.id,
        "flow": context.flows.current.id,
        "menus": [flow["externalId"] for flow in page.data],
        "step": context.step.name,
        "server": context.server.public_url,
        "till": await context.connections.get("till"),
        "none": await context.connections.get("cellar"),
    }


async def test_an_action_answers_the_caller_and_goes_on() -> None:
    host = MemoryHost()

    await confirm.run(make_context(confirm, host=host))

    response = WebhookResponse(status=202, body={"run": "test-run"})
    assert host.run.verdict == RespondRequest(response=response)
    assert host.tags.names == ("confirmed",)
    assert host.output.updates == [{"done": 1}, {"done": 2}]


async def test_a_waitpoint_may_be_left_by_several_addresses() -> None:
    host = MemoryHost()

    urls = await approve.run(make_context(approve, host=host))

    assert isinstance(host.run.verdict, WaitRequest)
    assert host.run.verdict.pause == WebhookPause()
    base = f"{host.server.public_url}v1/flow-runs/test-run/waitpoints"
    point = host.run.verdict.waitpoint_id
    assert urls == {word: f"{base}/{point}?word={word}" for word in ("yes", "no")}


async def test_the_run_is_resumed_with_what_the_address_carried() -> None:
    payload = WebhookPayload(query_params={"word": "no"})

    assert await approve.run(make_context(approve, resume_payload=payload)) == {"word": "no"}


async def test_a_waitpoint_may_wait_for_a_time() -> None:
    host = MemoryHost()

    url = await close.run(make_context(close, host=host))

    assert isinstance(host.run.verdict, WaitRequest)
    assert isinstance(host.run.verdict.pause, DelayPause)
    assert host.run.verdict.pause.resume_at == CLOSING
    assert url.endswith("/sync")


async def test_the_context_says_where_the_action_runs() -> None:
    host = MemoryHost(
        connections=MemoryConnections({"till": "t1ll"}),
        flows=MemoryFlows([{"externalId": "menu"}, {"externalId": "bill"}]),
    )

    assert await look_around.run(make_context(look_around, host=host)) == {
        "project": "test-project",
        "flow": "test-flow",
        "menus": ["menu"],
        "step": "step_1",
        "server": "https://instance.example.com/api/",
        "till": "t1ll",
        "none": None,
    }
    assert host.tags.names == ("connection:till", "connection:cellar")
