"""The headers of a request: what wins over what, and what HTTP allows in them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from pieces_framework import FatalError

from .authentication import Authentication, authentication_headers

USER_AGENT: Final = "pieces-common"
ENCODINGS: Final = "gzip, deflate"
"""The ones that `reading` can undo within bounds."""

_NAME: Final = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_VALUE: Final = re.compile(r"[\t\x20-\x7e\x80-\xff]*")


def request_headers(
    given: Mapping[str, str], authentication: Authentication | None, accept: str
) -> dict[str, str]:
    """Return the headers to send, names in lower case; what is `given` wins, whatever its case.

    Raises:
        FatalError: if HTTP does not allow a character in one; its value is not repeated.
    """
    headers = {"accept": accept, "accept-encoding": ENCODINGS, "user-agent": USER_AGENT}
    headers.update(authentication_headers(authentication))
    for name, value in given.items():
        headers[name.lower()] = value
    for name, value in headers.items():
        check_header(name, value)
    return headers


def check_header(name: str, value: str) -> None:
    """Refuse what cannot be sent.

    Raises:
        FatalError: if that is so.
    """
    # The types say `str`; what comes from JSON may be a number all the same.
    if not isinstance(value, str):  # pyright: ignore[reportUnnecessaryIsInstance]
        raise FatalError(f"the header {name!r} is {type(value).__name__}, not text")
    if _NAME.fullmatch(name) is None or _VALUE.fullmatch(value) is None:
        raise FatalError(
            f"the header {name!r} cannot be sent: HTTP does not allow one of its characters",
            hint="look for a line break or a typographic quote that was pasted with the value",
        )
