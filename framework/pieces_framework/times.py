"""Reading and writing points in time. Inside, they are `datetime`s that know their zone: UTC."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from typing import Final

_RFC_822_HOURS: Final = {
    "UT": 0,
    "UTC": 0,
    "GMT": 0,
    "Z": 0,
    "EST": -5,
    "EDT": -4,
    "CST": -6,
    "CDT": -5,
    "MST": -7,
    "MDT": -6,
    "PST": -8,
    "PDT": -7,
}
_ZONE_NAME: Final = re.compile(r"\b(?:UTC|GMT|UT)(?=[+-]\d)")
"""A name before an offset adds nothing, and to dateutil it turns the offset's sign around."""
_COMMENT: Final = re.compile(r"\s*\([^()]*\)\s*$")
"""JavaScript writes the zone's long name there."""


def parse_time(text: str) -> datetime:
    """Read a time as an aware `datetime` in UTC; where no zone is written, UTC is meant.

    ISO 8601, RFC 1123 and the common written forms are read, `03/14/2024` with the month first.
    Bare numbers and times without a date are refused: they could mean anything.

    >>> parse_time("March 14, 2024 12:00").isoformat()
    '2024-03-14T12:00:00+00:00'

    Raises:
        ValueError: if it is no time, or one that the calendar does not have.
    """
    text = _COMMENT.sub("", _ZONE_NAME.sub("", text)).strip()
    if ":" not in text and _is_bare_number(text):
        raise ValueError(f"{text!r} is a number, not a time")
    try:
        return in_utc(datetime.fromisoformat(text))
    except ValueError:
        return in_utc(_written_time(text))


def from_epoch_ms(epoch_ms: float) -> datetime:
    """Return the time so many milliseconds after 1970-01-01 UTC.

    Raises:
        ValueError: if it is outside the years 1 to 9999.
    """
    try:
        return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=int(epoch_ms))
    except OverflowError:
        raise ValueError(f"{epoch_ms} milliseconds are outside the calendar") from None


def iso_text(time: datetime) -> str:
    """Return a time as it is written on the wire, in UTC: `2024-03-14T12:00:00.000Z`.

    A time that knows no zone is taken as one in UTC, not in the machine's own zone.
    """
    return in_utc(time).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def in_utc(time: datetime) -> datetime:
    """Return `time` in UTC, which is meant where it knows no zone.

    Raises:
        ValueError: if it is outside the calendar there.
    """
    if time.tzinfo is UTC:
        return time
    try:
        return time.replace(tzinfo=UTC) if time.tzinfo is None else time.astimezone(UTC)
    except OverflowError:
        raise ValueError(f"{time} is outside the calendar in UTC") from None


def _is_bare_number(text: str) -> bool:
    """Whether only digits, signs, points and an exponent are there. `20240314` is one too."""
    try:
        float(text)
    except ValueError:
        return False
    return True


def _written_time(text: str) -> datetime:
    """Read free text; what it leaves open must not matter, but for a day of the month."""
    from dateutil import parser

    try:
        first, second = (
            parser.parse(text, default=datetime(year, month, 1), tzinfos=_zone)  # noqa: DTZ001 -- `_zone` gives one
            for year, month in ((2000, 1), (2001, 2))
        )
    except (OverflowError, TypeError, AttributeError, parser.ParserError) as error:
        raise ValueError(f"{text!r} is no time") from error
    if first != second:
        raise ValueError(f"{text!r} does not say its year and month")
    return first


def _zone(name: str | None, offset_s: int | None) -> tzinfo:
    if offset_s is not None:
        return timezone(timedelta(seconds=offset_s))
    if name is None:
        return UTC
    if name.upper() not in _RFC_822_HOURS:
        raise ValueError(f"{name!r} is no zone that means one offset everywhere")
    return timezone(timedelta(hours=_RFC_822_HOURS[name.upper()]))
