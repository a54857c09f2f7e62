"""A small reading of written times, and JavaScript's writing of them, apart from our own."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone
from typing import Final

MOST_MS: Final = 8.64e15
"""JavaScript has no date further than this from 1970."""
_CYCLE_MS: Final = 146_097 * 86_400_000
"""The calendar repeats every 400 years."""
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_ISO: Final = re.compile(
    r"(\d{4})-(\d{1,2})(?:-(\d{1,2}))?"
    r"(?:[T ](\d{1,2}):(\d\d)(?::(\d\d)(?:[.,](\d{1,9}))?)?)?\s?(Z|z|[+-]\d\d(?::?\d\d)?)?"
)
_ZONE_NAME: Final = re.compile(r"\b(?:GMT|UTC|Z)(?=[+-]|$)")
_COMMENT: Final = re.compile(r"\s*\([^()]*\)$")
_WRITTEN: Final = tuple(
    f"{day}{time}"
    for day in (
        "%a %b %d %Y",
        "%a, %d %b %Y",
        "%b %d %Y",
        "%b %d, %Y",
        "%B %d, %Y",
        "%d %b %Y",
        "%d %B %Y",
        "%m/%d/%Y",
    )
    for time in ("", " %H:%M", " %H:%M:%S", " %H:%M:%S %z")
)


def read_instant(text: str) -> datetime | None:
    """Return the time that `text` writes, in UTC, which is meant where it writes no zone.

    `None` where it writes none, or one outside the years 1 to 9999; and where it is written in
    a way that this small reading does not know.
    """
    text = text.strip()
    try:
        found = _iso(text) or _written(text)
        return found.astimezone(UTC) if found else None
    except (ValueError, OverflowError):
        return None


def iso_of(time: datetime) -> str:
    """`Date.prototype.toISOString`, of a time that has been read."""
    return f"{time.year:04d}-{time:%m-%dT%H:%M:%S}.{time.microsecond // 1000:03d}Z"


def iso_of_ms(epoch_ms: float) -> str | None:
    """`new Date(epoch_ms).toISOString()`; `None` where that is no date."""
    if abs(epoch_ms) > MOST_MS:
        return None
    cycles, rest = divmod(int(epoch_ms), _CYCLE_MS)
    time = _EPOCH + timedelta(milliseconds=rest)
    year = time.year + 400 * cycles
    within = iso_of(time)[4:]
    return f"{year:04d}{within}" if 0 <= year <= 9999 else f"{year:+07d}{within}"


def in_calendar(epoch_ms: float) -> bool:
    """Whether it is a date within the years 1 to 9999."""
    written = iso_of_ms(epoch_ms)
    return written is not None and written[0] not in "+-" and not written.startswith("0000")


def _iso(text: str) -> datetime | None:
    match = _ISO.fullmatch(text)
    if not match:
        return None
    year, month, day, hour, minute, second, fraction, zone = match.groups()
    return datetime(
        int(year),
        int(month),
        int(day or 1),
        int(hour or 0),
        int(minute or 0),
        int(second or 0),
        int((fraction or "0").ljust(6, "0")[:6]),
        tzinfo=_zone(zone or "Z"),
    )


def _zone(written: str) -> timezone:
    if written in "Zz":
        return UTC
    digits = written[1:].replace(":", "").ljust(4, "0")
    offset = timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
    return timezone(-offset if written[0] == "-" else offset)


def _written(text: str) -> datetime | None:
    text = _COMMENT.sub("", text)
    text = _ZONE_NAME.sub("", text) if re.search(r"[+-]\d{4}$", text) else text
    text = _ZONE_NAME.sub("+0000", text)
    for form in _WRITTEN:
        try:
            found = datetime.strptime(text, form)  # noqa: DTZ007 -- UTC is put in where none is
        except ValueError:
            continue
        return found if found.tzinfo else found.replace(tzinfo=UTC)
    return None
