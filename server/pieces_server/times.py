"""Times as people and clients write them. Stored ones are in `database/identifiers.py`."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Final

_UNITS: Final = {"h": "hours", "d": "days", "w": "weeks"}


def read_time(text: str) -> datetime:
    """Return an ISO 8601 time with its offset, such as `2027-01-31T12:00:00Z`, in UTC.

    Raises:
        ValueError: if it is none, or has no offset.
    """
    try:
        moment = datetime.fromisoformat(text)
        if moment.tzinfo is not None:
            return moment.astimezone(UTC)
    except (ValueError, OverflowError):  # the years 1 and 9999 end early in other time zones
        pass
    raise ValueError(f"no ISO 8601 time with an offset: {text!r}")


def read_expiry(text: str, now: datetime) -> datetime:
    """Return when something expires that a person gave: `90d`, `2027-01-31` or a whole time.

    Args:
        text: hours, days or weeks from now; or a day, of which it is the beginning in UTC; or a
            time, in UTC unless it says otherwise.
        now: an aware time.

    Raises:
        ValueError: if it is none of them, or not after `now`.
    """
    span = re.fullmatch("([0-9]{1,5})([hdw])", text)
    try:
        if span:
            moment = now + timedelta(**{_UNITS[span[2]]: int(span[1])})
        else:
            moment = datetime.fromisoformat(text)
            moment = moment.replace(tzinfo=moment.tzinfo or UTC).astimezone(UTC)
    except (ValueError, OverflowError):
        raise ValueError(
            f"{text!r} is no span such as 90d, day such as 2027-01-31, or ISO 8601 time"
        ) from None
    return after(moment, now)


def after(moment: datetime, now: datetime) -> datetime:
    """Return `moment` if it is after `now`.

    Raises:
        ValueError: if it is not.
    """
    if moment <= now:
        raise ValueError(f"{moment.isoformat()} is not in the future")
    return moment
