"""Ids, secrets and times in the forms in which the API writes them."""

from __future__ import annotations

import secrets
import string
from datetime import UTC, datetime
from typing import Final

_ALPHANUMERICS: Final = string.digits + string.ascii_letters


def random_text(length: int) -> str:
    """Return random characters of `[0-9a-zA-Z]`, fit for secrets."""
    return "".join(secrets.choice(_ALPHANUMERICS) for _ in range(length))


def new_id() -> str:
    """Return an id in the documented form: 21 characters of `[0-9a-zA-Z]`."""
    return random_text(21)


def timestamp(moment: datetime) -> str:
    """Return an aware time in the API's form: ISO 8601 in UTC with milliseconds."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def now() -> str:
    """Return the present time in the API's form, which sorts as text."""
    return timestamp(datetime.now(UTC))
