"""Ids, secrets and times in the forms in which the API writes them."""

from __future__ import annotations

import secrets
import string
from datetime import UTC, datetime
from typing import Final

_ALPHANUMERICS: Final = string.digits + string.ascii_letters
_FAIR_BYTES: Final = 256 // len(_ALPHANUMERICS) * len(_ALPHANUMERICS)
"""Bytes from here on would make some characters likelier than others."""


def random_text(length: int) -> str:
    """Return random characters of `[0-9a-zA-Z]`, fit for secrets."""
    text = ""
    while len(text) < length:
        # Asked for at once: the system is slow to be asked, not to answer.
        drawn = secrets.token_bytes(length)
        text += "".join(
            _ALPHANUMERICS[byte % len(_ALPHANUMERICS)] for byte in drawn if byte < _FAIR_BYTES
        )
    return text[:length]


def new_id() -> str:
    """Return an id in the documented form: 21 characters of `[0-9a-zA-Z]`."""
    return random_text(21)


def timestamp(moment: datetime) -> str:
    """Return an aware time in the API's form: ISO 8601 in UTC with milliseconds."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def now() -> str:
    """Return the present time in the API's form, which sorts as text."""
    return timestamp(datetime.now(UTC))
