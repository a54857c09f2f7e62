"""What a run asked for that only an instance could do, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pieces_framework.pausing import Pause, Verdict
    from pieces_framework.recording import Recording
    from pieces_framework.scheduling import PollingSchedule


def requests_of(recording: Recording) -> Iterator[str]:
    """Yield a line for each request, such as `asked to pause until 2026-11-22T09:00:00.000Z`."""
    if recording.run.verdict is not None:
        yield f"asked to {_verdict(recording.run.verdict)}"
    if recording.schedule.asked is not None:
        yield f"asked to be polled {_schedule(recording.schedule.asked)}"
    for listener in recording.app.listeners:
        events = ", ".join(f"`{event}`" for event in listener.events)
        yield f"asked to hear of {events} for `{listener.identifier_value}`"
    if recording.tags.names:
        yield f"asked to tag the run {', '.join(f'`{name}`' for name in recording.tags.names)}"


def _verdict(verdict: Verdict) -> str:
    from pieces_framework.pausing import PauseRequest, RespondRequest, StopRequest

    if isinstance(verdict, StopRequest):
        return f"stop the run, with a response of status {verdict.response.status}"
    if isinstance(verdict, RespondRequest):
        return f"respond with status {verdict.response.status} and go on"
    if isinstance(verdict, PauseRequest):
        return f"pause {_until(verdict.pause)}"
    waiting = f"pause at waitpoint `{verdict.waitpoint_id}`"
    return waiting if verdict.pause is None else f"{waiting} {_until(verdict.pause)}"


def _until(pause: Pause) -> str:
    from pieces_framework.pausing import DelayPause
    from pieces_framework.times import iso_text

    if isinstance(pause, DelayPause):
        return f"until {iso_text(pause.resume_at)}"
    return "until its resume URL is called"


def _schedule(schedule: PollingSchedule) -> str:
    from pieces_framework.scheduling import CronSchedule

    if isinstance(schedule, CronSchedule):
        return f"by cron `{schedule.expression}` ({schedule.timezone})"
    return f"every {schedule.interval_ms} ms"
