"""Requests for a page only if it has changed, and for a part of a file. Source: RFC 9110."""

from __future__ import annotations

import re
from typing import Final

from .refusals import RangeError

_TAG: Final = re.compile(r'(?:W/)?("[\x21\x23-\x7e\x80-\xff]*")')
_RANGE: Final = re.compile(r"bytes\s*=\s*([0-9]{0,19})\s*-\s*([0-9]{0,19})", re.IGNORECASE)


def is_unchanged(if_none_match: str, etag: str) -> bool:
    """Whether an `If-None-Match` header, a list or `*`, names what the client would get.

    Weak tags count as well: RFC 9110, section 13.1.2.
    """
    return if_none_match.strip() == "*" or etag in _TAG.findall(if_none_match)


def wanted_part(ranges: str, if_range: str, etag: str, size_bytes: int) -> range | None:
    """Return the part of a file that a `Range` header wants, or `None` for the whole file.

    A header that cannot be understood, or that wants several parts, is as good as absent; so is
    one under an `If-Range` that names another file.

    Raises:
        RangeError: if the part begins behind the end of the file.
    """
    match = _RANGE.fullmatch(ranges.strip())
    if match is None or if_range.strip() not in {"", etag}:
        return None
    first, last = match.groups()
    if not first and not last:
        return None
    if not first:
        part = range(max(size_bytes - int(last), 0), size_bytes)
    elif last and int(last) < int(first):
        return None
    else:
        part = range(int(first), min(int(last) + 1 if last else size_bytes, size_bytes))
    if not part:
        raise RangeError(size_bytes)
    return part
