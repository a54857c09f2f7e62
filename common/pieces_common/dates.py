"""Points in time as services write them. Inside, they are `datetime`s in UTC."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Final

from pieces_framework.times import from_epoch_ms, in_utc, iso_text, parse_time

__all__ = ["epoch_ms", "iso_text", "parse_date"]

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


def parse_date(written: str | float | datetime) -> datetime:
    """Return the time as an aware `datetime` in UTC; where no zone is written, UTC is meant.

    Text is ISO 8601, RFC 1123 or a common written form, `03/14/2024` with the month first. A
    number is epoch milliseconds; text that is only a number is refused. Source: the rules of
    `Property.DateTime`.

    >>> parse_date("2024-03-14T14:00:00+02:00").isoformat()
    '2024-03-14T12:00:00+00:00'

    Raises:
        ValueError: if it is no time, or one that the calendar does not have.
    """
    if isinstance(written, datetime):
        return in_utc(written)
    if isinstance(written, str):
        return parse_time(written)
    if not isinstance(written, bool):
        return from_epoch_ms(written)
    raise ValueError(f"{written!r} is no time")


def epoch_ms(written: str | float | datetime) -> int:
    """Return the whole milliseconds from 1970-01-01 UTC to a time, which may be before it.

    >>> epoch_ms("1970-01-01 00:00:01")
    1000

    Raises:
        ValueError: see `parse_date`.
    """
    return (parse_date(written) - _EPOCH) // timedelta(milliseconds=1)
