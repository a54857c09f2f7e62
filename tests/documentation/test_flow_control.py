"""The page "Flow Control": stopping a flow, and pausing it for a request or a time."""

from __future__ import annotations

from datetime import UTC, datetime
from email.utils import format_datetime

from pieces_framework import (
    ActionContext,
    DelayPause,
    ExecutionType,
    JsonValue,
    Property,
    Props,
    WebhookPause,
    WebhookPayload,
    WebhookResponse,
    create_action,
)
from pieces_framework.pausing import PauseRequest, StopRequest
from pieces_framework.testing import MemoryHost, make_context

OPENING = datetime(2026, 12, 24, 9, 30, tzinfo=UTC)


class AnswerProps(Props):
    status = Property.Number(display_name="Status", required=False)
    body = Property.Json(display_name="Body", required=True)
    headers = Property.Object(display_name="Headers", required=False)


@create_action(
    name="answer", display_name="Answer", description="Answers and stops", props=AnswerProps
)
async def answer(context: ActionContext[None, AnswerProps]) -> None:
    values = context.props_value
    context.run.stop(
        WebhookResponse(
            status=int(values.status or 200),
            body=values.body,
            headers={name: str(value) for name, value in (values.headers or {}).items()},
        )
    )


@create_action(name="give_up", display_name="Give Up", description="Stops without an answer")
async def give_up(context: ActionContext) -> None:
    context.run.stop()


@create_action(name="ask", display_name="Ask", description="Waits for the chef's word")
async def ask(context: ActionContext) -> JsonValue:
    if context.execution_type is ExecutionType.RESUME and context.resume_payload is not None:
        return {"chef": context.resume_payload.body, **context.resume_payload.query_params}
    url = context.generate_resume_url(query_params={"answer": "yes"})
    context.run.pause(WebhookPause(response={"callbackUrl": url}))
    return None


@create_action(name="wait", display_name="Wait", description="Waits until the shop opens")
async def wait(context: ActionContext) -> str:
    if context.execution_type is ExecutionType.RESUME:
        return "open"
    in_gmt = format_datetime(OPENING, usegmt=True)  # as JavaScript's toUTCString writes it
    context.run.pause(DelayPause(resume_date_time=in_gmt))
    return "closed"


async def test_a_stopped_flow_answers_with_the_response_given() -> None:
    host = MemoryHost()
    given: dict[str, JsonValue] = {"status": 201, "body": {"no": 7}, "headers": {"X-Cup": 2}}

    await answer.run(make_context(answer, props=given, host=host))

    response = WebhookResponse(status=201, body={"no": 7}, headers={"X-Cup": "2"})
    assert host.run.verdict == StopRequest(response=response)


async def test_what_a_response_leaves_out_has_a_default() -> None:
    host = MemoryHost()

    await answer.run(make_context(answer, props={"body": ["done"]}, host=host))

    assert host.run.verdict == StopRequest(response=WebhookResponse(body=["done"]))


async def test_a_flow_may_stop_without_a_response() -> None:
    host = MemoryHost()

    await give_up.run(make_context(give_up, host=host))

    assert host.run.verdict == StopRequest(response=WebhookResponse(status=200))


async def test_a_flow_that_waits_for_a_request_says_where_to_send_it() -> None:
    host = MemoryHost()

    await ask.run(make_context(ask, host=host))

    assert isinstance(host.run.verdict, PauseRequest)
    assert isinstance(host.run.verdict.pause, WebhookPause)
    url = f"{host.run.verdict.resume_url}?answer=yes"
    assert host.run.verdict.pause.answer == WebhookResponse(body={"callbackUrl": url})
    assert url.startswith(host.server.public_url)


async def test_the_request_that_comes_lets_the_flow_go_on() -> None:
    request = WebhookPayload(body="no mango left", query_params={"answer": "yes"})

    result = await ask.run(make_context(ask, resume_payload=request))

    assert result == {"chef": "no mango left", "answer": "yes"}


async def test_a_flow_waits_until_the_time_written_as_http_writes_it() -> None:
    host = MemoryHost()

    result = await wait.run(make_context(wait, host=host))

    assert result == "closed"
    assert isinstance(host.run.verdict, PauseRequest)
    assert isinstance(host.run.verdict.pause, DelayPause)
    assert host.run.verdict.pause.resume_date_time == "Thu, 24 Dec 2026 09:30:00 GMT"
    assert host.run.verdict.pause.resume_at == OPENING


async def test_after_the_delay_the_action_runs_again_without_a_payload() -> None:
    host = MemoryHost()
    context = make_context(wait, host=host, execution_type=ExecutionType.RESUME)

    assert await wait.run(context) == "open"
    assert context.resume_payload is None
    assert host.run.verdict is None
