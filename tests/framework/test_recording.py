"""What a step asks of its run, and what a test reads of it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest

from pieces_framework import (
    ActionContext,
    AppWebhookContext,
    AppWebhookRunContext,
    AuthorCodeError,
    DefinitionError,
    DelayPause,
    ExecutionType,
    FileSizeError,
    PieceError,
    PollingTriggerContext,
    ScheduleError,
    TriggerStrategy,
    WebhookPause,
    WebhookPayload,
    WebhookResponse,
    create_action,
    create_trigger,
)
from pieces_framework.testing import (
    CronSchedule,
    IntervalSchedule,
    Listener,
    MemoryConnections,
    MemoryFiles,
    MemoryHost,
    PauseRequest,
    RespondRequest,
    StopRequest,
    WaitRequest,
    make_context,
)

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
RESUMED = WebhookPayload(query_params={"action": "approve"})
RUN_URL = "https://instance.example.com/api/v1/flow-runs/test-run"


@create_action(name="act", display_name="", description="")
async def act(context: ActionContext) -> None: ...


@create_action(name="approve", display_name="", description="")
async def approve(context: ActionContext) -> dict[str, Any]:
    if context.execution_type is ExecutionType.RESUME:
        payload = context.resume_payload
        return {"approved": payload and payload.query_params.get("action")}
    url = context.generate_resume_url(query_params={"action": "approve"})
    context.run.pause(WebhookPause(response={"callbackUrl": url}))
    return {"waits": True}


@create_trigger(name="tick", display_name="", description="", strategy=TriggerStrategy.POLLING)
def tick(context: PollingTriggerContext) -> list[object]:
    return []


@create_trigger(name="heard", display_name="", description="", strategy=TriggerStrategy.APP_WEBHOOK)
def heard(context: AppWebhookRunContext) -> list[object]:
    return [context.payload.body]


@heard.on_enable
async def listen(context: AppWebhookContext) -> None:
    context.app.create_listeners(events=["message", "reaction"], identifier_value="T1")
    context.app.create_listeners(events=["join"], identifier_value="T2")


def recorded() -> tuple[MemoryHost, ActionContext]:
    host = MemoryHost()
    return host, make_context(act, host=host)


def test_a_step_that_asks_nothing_lets_the_run_go_on() -> None:
    host, _context = recorded()

    assert host.run.verdict is None
    assert (host.tags.names, host.output.updates, host.schedule.asked) == ((), [], None)


async def test_an_action_pauses_for_a_request_and_sees_it_when_resumed() -> None:
    first = MemoryHost()
    waiting = await approve.run(make_context(approve, host=first))
    again = MemoryHost(store=first.store)
    done = await approve.run(make_context(approve, host=again, resume_payload=RESUMED))

    assert isinstance(first.run.verdict, PauseRequest)
    assert isinstance(first.run.verdict.pause, WebhookPause)
    resume_url = f"{first.run.verdict.resume_url}?action=approve"
    assert first.run.verdict.pause.answer == WebhookResponse(body={"callbackUrl": resume_url})
    assert (waiting, done) == ({"waits": True}, {"approved": "approve"})
    assert again.run.verdict is None


async def test_a_delay_resumes_without_a_payload() -> None:
    context = make_context(approve, execution_type=ExecutionType.RESUME)

    assert await approve.run(context) == {"approved": None}


def test_stop_without_a_response_answers_with_an_empty_200() -> None:
    host, context = recorded()

    context.run.stop()

    assert host.run.verdict == StopRequest(
        response=WebhookResponse(status=200, body=None, headers={})
    )


async def test_of_several_requests_the_last_counts_and_tags_stay() -> None:
    host, context = recorded()

    context.run.stop(WebhookResponse(status=404))
    context.run.pause(DelayPause(resume_date_time=NOON))
    await context.tags.add("slow")
    context.run.respond(WebhookResponse(body="ok"))

    assert host.run.verdict == RespondRequest(response=WebhookResponse(body="ok"))
    assert host.tags.names == ("slow",)


def test_a_resume_url_made_before_the_pause_is_the_pauses() -> None:
    host, context = recorded()

    plain = context.generate_resume_url()
    asked = context.run.generate_resume_url({"a": "x y", "b": "&"}, sync=True)
    context.run.pause(WebhookPause())

    assert isinstance(host.run.verdict, PauseRequest)
    assert plain == host.run.verdict.resume_url
    assert plain.startswith(f"{RUN_URL}/requests/")
    assert asked == f"{plain}/sync?a=x+y&b=%26"


async def test_a_waitpoint_pauses_only_once_it_is_waited_for() -> None:
    host, context = recorded()
    pause = WebhookPause(response=WebhookResponse(status=202))

    waitpoint = await context.run.create_waitpoint(pause)
    other = await context.run.create_waitpoint(DelayPause(resume_date_time=NOON))

    assert host.run.verdict is None
    assert waitpoint.resume_url == f"{RUN_URL}/waitpoints/{waitpoint.id}"
    assert waitpoint.build_resume_url({"a": "1"}, sync=True) == f"{waitpoint.resume_url}/sync?a=1"
    assert list(host.run.waitpoints) == [waitpoint.id, other.id]
    context.run.wait_for_waitpoint(waitpoint.id)
    assert host.run.verdict == WaitRequest(waitpoint_id=waitpoint.id, pause=pause)


def test_a_waitpoint_of_an_earlier_run_may_be_waited_for() -> None:
    host, context = recorded()

    context.run.wait_for_waitpoint("from-before")

    assert host.run.verdict == WaitRequest(waitpoint_id="from-before", pause=None)


@pytest.mark.parametrize(
    "when",
    [
        pytest.param(NOON, id="utc"),
        pytest.param(NOON.astimezone(timezone(timedelta(hours=5, minutes=30))), id="other zone"),
        pytest.param("2026-11-22T13:00:00+01:00", id="iso 8601"),
        pytest.param("Sun, 22 Nov 2026 12:00:00 GMT", id="rfc 1123"),
    ],
)
def test_a_delay_knows_its_time_in_utc(when: datetime | str) -> None:
    resume_at = DelayPause(resume_date_time=when).resume_at

    assert (resume_at, resume_at.utcoffset()) == (NOON, timedelta())


@pytest.mark.parametrize(
    ("when", "message"),
    [
        pytest.param("whenever", "cannot be read", id="no time"),
        pytest.param(NOON.replace(tzinfo=None), "has no time zone", id="naive"),
    ],
)
def test_a_delay_without_a_time_says_what_to_do(when: datetime | str, message: str) -> None:
    with pytest.raises(PieceError, match=message) as refused:
        DelayPause(resume_date_time=when)

    assert "UTC" in refused.value.hint or "ISO 8601" in refused.value.hint


@pytest.mark.parametrize(
    ("response", "answer"),
    [
        pytest.param(None, None, id="nothing"),
        pytest.param({"url": 1}, WebhookResponse(body={"url": 1}), id="body"),
        pytest.param({}, WebhookResponse(body={}), id="empty body"),
        pytest.param(
            {"status": "201", "headers": {"x": 1}},
            WebhookResponse(status=201, headers={"x": "1"}),
            id="document",
        ),
        pytest.param(
            {"body": [1], "status": 202.0}, WebhookResponse(status=202, body=[1]), id="number"
        ),
    ],
)
def test_a_pause_answers_in_either_form(response: Any, answer: WebhookResponse | None) -> None:
    assert WebhookPause(response=response).answer == answer


@pytest.mark.parametrize(
    "response",
    [{"status": "fine"}, {"status": True}, {"status": 20.5}, {"headers": "x: 1"}],
    ids=str,
)
def test_a_pause_refuses_a_response_there_is_none_of(response: Any) -> None:
    with pytest.raises(PieceError, match="of a response must be"):
        WebhookPause(response=response)


async def test_tags_are_kept_once_in_the_order_they_came() -> None:
    host, context = recorded()

    for name in ("b", "a", "b"):
        await context.tags.add(name)

    assert host.tags.names == ("b", "a")


async def test_an_output_is_kept_as_it_was_when_shown() -> None:
    host, context = recorded()
    progress = {"done": [1]}

    await context.output.update(progress)
    progress["done"].append(2)
    await context.output.update(progress)

    assert host.output.updates == [{"done": [1]}, {"done": [1, 2]}]


async def test_an_output_that_is_not_json_is_refused() -> None:
    host, context = recorded()

    with pytest.raises(AuthorCodeError, match=r"`data\.at` is `datetime`"):
        await context.output.update({"at": NOON})  # type: ignore[dict-item]  # pyright: ignore[reportArgumentType]
    assert host.output.updates == []


async def test_listeners_of_several_calls_add_up() -> None:
    host = MemoryHost()
    context = make_context(heard, host=host)

    await heard.on_enable.run(context)

    assert host.app.listeners == [
        Listener(events=("message", "reaction"), identifier_value="T1"),
        Listener(events=("join",), identifier_value="T2"),
    ]


def test_one_event_in_place_of_a_list_is_a_mistake() -> None:
    with pytest.raises(DefinitionError, match="`events` must be a list"):
        make_context(heard).app.create_listeners(events="join", identifier_value="T1")


def test_a_schedule_may_be_an_interval() -> None:
    host = MemoryHost()

    make_context(tick, host=host).set_schedule(interval_ms=500)

    assert host.schedule.asked == IntervalSchedule(interval_ms=500)


def test_of_several_schedules_the_last_counts() -> None:
    host = MemoryHost()
    context = make_context(tick, host=host)

    context.set_schedule(interval_ms=500)
    context.set_schedule(cron_expression="0 9 * * MON", timezone="Europe/Rome")

    assert host.schedule.asked == CronSchedule(expression="0 9 * * MON", timezone="Europe/Rome")


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        pytest.param({"cron_expression": "61 * * * *"}, "bad minute", id="minute"),
        pytest.param({"cron_expression": "* * * * * *"}, "6 fields", id="seconds"),
        pytest.param({"cron_expression": ""}, "0 fields", id="empty"),
        pytest.param({"cron_expression": "@daily"}, "1 fields", id="nickname"),
        pytest.param(
            {"cron_expression": "* * * * *", "timezone": "Mars/Olympus"}, "no time zone", id="zone"
        ),
        pytest.param(
            {"cron_expression": "* * * * *", "timezone": "../UTC"}, "no time zone", id="path"
        ),
        pytest.param({"cron_expression": "* * * * *", "timezone": ""}, "no time zone", id="none"),
        pytest.param({"interval_ms": 0}, "must be positive", id="interval"),
        pytest.param({"cron_expression": "* * * * *", "interval_ms": 1}, "either", id="both"),
        pytest.param({}, "either", id="neither"),
    ],
)
def test_a_schedule_there_is_none_of_is_refused(asked: Any, message: str) -> None:
    host = MemoryHost()

    with pytest.raises(ScheduleError, match=message):
        make_context(tick, host=host).set_schedule(**asked)
    assert host.schedule.asked is None


async def chunks() -> AsyncIterator[bytes]:
    for text in ("ab", "", "cd"):
        yield text.encode()


async def test_files_are_written_from_bytes_and_from_streams() -> None:
    host, context = recorded()

    whole = await context.files.write(file_name="a.txt", data=b"whole")
    streamed = await context.files.write(file_name="a.txt", data=chunks())

    assert host.files.urls == (whole, streamed)
    assert (host.files.read(whole), host.files.read(streamed)) == (b"whole", b"abcd")


async def test_a_file_keeps_the_last_part_of_its_name() -> None:
    _host, context = recorded()

    url = await context.files.write(file_name="../tmp\\über?.txt", data=b"")

    assert url.rpartition("/")[2] == "%C3%BCber%3F.txt"


async def test_a_file_that_was_not_written_cannot_be_read() -> None:
    host, context = recorded()
    url = await context.files.write(file_name="a", data=b"")

    with pytest.raises(PieceError, match="no file was written") as missing:
        host.files.read("memory://files/9/b")
    assert url in missing.value.hint


@pytest.mark.parametrize("stream", [False, True], ids=["bytes", "stream"])
async def test_a_file_may_be_as_large_as_the_limit_and_no_larger(*, stream: bool) -> None:
    fits, tight = MemoryFiles(max_bytes=4), MemoryFiles(max_bytes=3)
    exact = await fits.write(file_name="a", data=chunks() if stream else b"abcd")

    with pytest.raises(FileSizeError, match="`a` is larger than 3 bytes"):
        await tight.write(file_name="a", data=chunks() if stream else b"abcd")
    assert (fits.read(exact), tight.urls) == (b"abcd", ())


async def test_a_run_is_tagged_with_the_connections_it_asked_for() -> None:
    host = MemoryHost(connections=MemoryConnections({"main": "key-1"}))
    context = make_context(act, host=host)

    assert await context.connections.get("main") == "key-1"
    assert await context.connections.get("other") is None
    assert host.tags.names == ("connection:main", "connection:other")
