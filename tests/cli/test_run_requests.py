"""How `pieces run` puts into words what only an instance could do."""

from __future__ import annotations

from collections.abc import Callable

from pieces_cli.running.requests import requests_of
from pieces_engine import local_recording
from pieces_framework import DelayPause, WebhookPause, WebhookResponse
from pieces_framework.scheduling import CronSchedule, IntervalSchedule


def test_nothing_asked_is_nothing_said() -> None:
    assert list(requests_of(local_recording())) == []


async def test_each_verdict_has_its_words() -> None:
    recording = local_recording()
    run = recording.run
    delay = DelayPause(resume_date_time="2026-11-22T12:00:00+01:00")
    waitpoint = await run.create_waitpoint(delay)
    asks: list[Callable[[], None]] = [
        run.stop,
        lambda: run.respond(WebhookResponse(status=202)),
        lambda: run.pause(delay),
        lambda: run.pause(WebhookPause()),
        lambda: run.wait_for_waitpoint(waitpoint.id),
        lambda: run.wait_for_waitpoint("earlier"),
    ]
    said: list[str] = []

    for ask in asks:
        ask()
        said += requests_of(recording)

    assert said == [
        "asked to stop the run, with a response of status 200",
        "asked to respond with status 202 and go on",
        "asked to pause until 2026-11-22T11:00:00.000Z",
        "asked to pause until its resume URL is called",
        f"asked to pause at waitpoint `{waitpoint.id}` until 2026-11-22T11:00:00.000Z",
        "asked to pause at waitpoint `earlier`",
    ]


async def test_what_a_trigger_asks_is_said_too() -> None:
    recording = local_recording()
    said: list[str] = []

    recording.schedule.set(CronSchedule(expression="0 9 * * *", timezone="Europe/Rome"))
    said += requests_of(recording)
    recording.schedule.set(IntervalSchedule(interval_ms=500))
    recording.app.create_listeners(events=["join", "leave"], identifier_value="T1")
    await recording.tags.add("slow")
    said += requests_of(recording)

    assert said == [
        "asked to be polled by cron `0 9 * * *` (Europe/Rome)",
        "asked to be polled every 500 ms",
        "asked to hear of `join`, `leave` for `T1`",
        "asked to tag the run `slow`",
    ]
