"""Points in time as services write them. Inside, they are `datetime`s in UTC."""

from __future__ import annotations

import reprlib
from datetime import UTC, datetime, timedelta
from typing import Final, TypeAlias

from pieces_framework import times

Written: TypeAlias = str | float | datetime

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MAX_LENGTH: Final = 100
"""More characters than a time has in any of the forms; messages repeat no more than this."""
_MAX_MS: Final = 10**15
"""The calendar ends before; and NaN is not less."""


def parse_date(written: Written) -> datetime:
    """Return the time as an aware `datetime` in UTC; where no zone is written, UTC is meant.

    Text is ISO 8601, RFC 1123 or a common written form: `03/14/2024` has the month first, which
    only a number above 12 cannot be. A number is epoch milliseconds; text that is only a number is
    refused. Source: the rules of `Property.DateTime`.

    >>> parse_date("2024-03-14T14:00:00+02:00").isoformat()
    '2024-03-14T12:00:00+00:00'

    Raises:
        ValueError: if it is no time, or one that the calendar does not have.
    """
    given: object = written  # services' values come here unchecked
    if isinstance(given, datetime):
        return times.in_utc(given)
    if isinstance(given, str) and len(given) <= _MAX_LENGTH:
        return times.parse_time(given)
    if isinstance(given, int | float) and not isinstance(given, bool) and abs(given) < _MAX_MS:
        return times.from_epoch_ms(given)
    raise ValueError(f"{reprlib.repr(given)} is no time")


def epoch_ms(written: Written) -> int:
    """Return the whole milliseconds from 1970-01-01 UTC to a time, which may be before it.

    >>> epoch_ms("1970-01-01 00:00:01")
    1000

    Raises:
        ValueError: see `parse_date`.
    """
    return (parse_date(written) - _EPOCH) // timedelta(milliseconds=1)


def iso_text(written: Written) -> str:
    """Return a time as it is written on the wire, in UTC.

    >>> iso_text("March 14, 2024 12:00")
    '2024-03-14T12:00:00.000Z'

    Raises:
        ValueError: see `parse_date`.
    """
    return times.iso_text(parse_date(written))
