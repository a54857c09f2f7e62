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
_BLANKS: Final = " \t"
_FRAMING: Final = "transfer-encoding"


def request_headers(
    given: Mapping[str, str], authentication: Authentication | None, accept: str, request_name: str
) -> dict[str, str]:
    """Return the headers to send, names in lower case; what is `given` wins, whatever its case.

    Raises:
        FatalError: if HTTP does not allow one; its value is not repeated.
        AuthorCodeError: if `authentication` is none.
    """
    headers = {"accept": accept, "accept-encoding": ENCODINGS, "user-agent": USER_AGENT}
    given_names = {name.lower() for name in given}
    for name, value in authentication_headers(authentication, request_name).items():
        if name.lower() not in given_names:
            headers[name.lower()] = _checked(name, value, request_name)
    for name, value in given.items():
        headers[name.lower()] = _checked(name, value, request_name)
    return headers


def _checked(name: str, value: str, request_name: str) -> str:
    where = f"the header `{name}` of `{request_name}`"
    # The types say `str`; what comes from JSON may be a number all the same.
    if not isinstance(value, str):  # pyright: ignore[reportUnnecessaryIsInstance]
        raise FatalError(
            f"{where} is {type(value).__name__}, not text", hint="pass the text that shall be sent"
        )
    if _NAME.fullmatch(name) is None or _VALUE.fullmatch(value) is None:
        raise FatalError(
            f"{where} cannot be sent: HTTP does not allow one of its characters",
            hint="look for a line break or a typographic quote that was pasted with the value",
        )
    if value != value.strip(_BLANKS):
        raise FatalError(
            f"{where} cannot be sent: it begins or ends with a blank",
            hint="look for a blank that was pasted with the value, or a key that is empty",
        )
    if name.lower() == _FRAMING:  # beside a length of our own it would end the body elsewhere
        raise FatalError(
            f"{where} cannot be sent: how long the body is, is not for headers to say",
            hint="leave it out; a stream is sent in chunks anyway",
        )
    return value
