"""What names a request and what comes out of it, apart from how it is sent."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Generic
from urllib.parse import urlsplit

from typing_extensions import TypeVar

from pieces_framework import JsonValue

BodyT_co = TypeVar("BodyT_co", covariant=True, default=JsonValue)


class HttpMethod(StrEnum):
    """The methods of a request."""

    GET = "GET"
    POST = "POST"
    PATCH = "PATCH"
    PUT = "PUT"
    DELETE = "DELETE"
    HEAD = "HEAD"


IDEMPOTENT: Final = frozenset({HttpMethod.GET, HttpMethod.HEAD, HttpMethod.PUT, HttpMethod.DELETE})
"""The methods that do no more when they are sent twice. Source: RFC 9110, section 9.2.2."""


class ResponseType(StrEnum):
    """What the body of an answer is read as."""

    JSON = "json"
    """The JSON it holds, whatever its content type says; else its text; `None` when empty."""
    TEXT = "text"
    """A `str`, in the character set that the content type names, UTF-8 if it names none."""
    BYTES = "bytes"


class HttpHeader(StrEnum):
    """Names of headers."""

    AUTHORIZATION = "Authorization"
    ACCEPT = "Accept"
    API_KEY = "x-api-key"
    CONTENT_TYPE = "Content-Type"


class MediaType(StrEnum):
    """Values of `Accept` and `Content-Type`."""

    APPLICATION_JSON = "application/json"
    TEXT_CSV = "text/csv"


@dataclass(frozen=True, kw_only=True)
class HttpResponse(Generic[BodyT_co]):
    """An answer with a status below 400."""

    status: int
    headers: Mapping[str, str]
    """Names in lower case; a repeated header's values are joined by a comma."""
    body: BodyT_co
    """As the `ResponseType` or the model that was asked for says."""


def shown_url(url: str) -> str:
    """Return `url` without what may be secret in it: user, password, query and fragment.

    >>> shown_url("https://ada:pw@example.com:8443/a?key=sk-1#top")
    'https://example.com:8443/a'
    """
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
        port = f":{parts.port}" if parts.port is not None else ""
    except ValueError:
        return "(not a URL)"
    if not host:
        return parts.path.rpartition("@")[2]  # the scheme may be missing, and not the password
    return f"{parts.scheme}://{f'[{host}]' if ':' in host else host}{port}{parts.path}"
