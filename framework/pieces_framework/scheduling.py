"""How often a polling trigger asks to be called, checked before any host relies on it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from .errors import ScheduleError


@dataclass(frozen=True, kw_only=True)
class CronSchedule:
    """Poll at the times a cron expression names.

    Raises:
        ScheduleError: if the expression or the zone is none.
    """

    expression: str
    """Five fields: minute, hour, day of the month, month, day of the week."""
    timezone: str = "UTC"
    """A name of the IANA time zone database, such as `Europe/Rome`."""

    def __post_init__(self) -> None:
        if problem := cron_problem(self.expression):
            raise ScheduleError(
                f"`{self.expression}` is no cron expression: {problem}",
                hint="it has five fields, such as `*/5 * * * *` for every five minutes",
            )
        if self.timezone != "UTC" and not _is_zone(self.timezone):
            raise ScheduleError(
                f"`{self.timezone}` is no time zone",
                hint="give a name of the IANA database, such as `UTC` or `Europe/Rome`",
            )


@dataclass(frozen=True, kw_only=True)
class IntervalSchedule:
    """Poll each time so many milliseconds have passed.

    Raises:
        ScheduleError: if the interval is not positive.
    """

    interval_ms: int

    def __post_init__(self) -> None:
        if self.interval_ms <= 0:
            raise ScheduleError(f"`interval_ms` must be positive, got {self.interval_ms}")


PollingSchedule: TypeAlias = CronSchedule | IntervalSchedule


def polling_schedule(
    *, cron_expression: str | None, timezone: str, interval_ms: int | None
) -> PollingSchedule:
    """Return the schedule that exactly one of the two ways describes.

    Raises:
        ScheduleError: if both are given or neither is, or if the one given is invalid.
    """
    if cron_expression is not None and interval_ms is None:
        return CronSchedule(expression=cron_expression, timezone=timezone)
    if interval_ms is not None and cron_expression is None:
        return IntervalSchedule(interval_ms=interval_ms)
    raise ScheduleError("give either `cron_expression` or `interval_ms`")


def cron_problem(expression: str) -> str:
    """Say what is wrong with a cron expression; empty if nothing is."""
    from datetime import datetime

    from cronsim import CronSim, CronSimError

    if len(expression.split()) != 5:
        return f"it has {len(expression.split())} fields"
    try:
        CronSim(expression, datetime(2000, 1, 1))  # noqa: DTZ001 -- only its syntax is of interest
    except CronSimError as error:
        text = str(error)
        return text[:1].lower() + text[1:]
    return ""


def _is_zone(name: str) -> bool:
    from zoneinfo import ZoneInfo

    try:
        ZoneInfo(name)
    except (OSError, ValueError, KeyError):  # a folder, a name no file can have, an unknown one
        return False
    return True
