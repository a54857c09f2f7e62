"""What goes into a request and comes out of it, apart from how it is sent."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Generic, TypeAlias
from urllib.parse import urlencode, urlsplit

from typing_extensions import TypeVar

from pieces_framework import FatalError, JsonValue
from pieces_framework.javascript import js_text
from pieces_framework.wire import parse_json

BodyT_co = TypeVar("BodyT_co", covariant=True, default=JsonValue)

QueryScalar: TypeAlias = str | int | float | bool | None
QueryValue: TypeAlias = QueryScalar | Sequence[QueryScalar]
"""One value of a query; a list repeats its name, and `None` leaves it out."""


class HttpMethod(Enum):
    """The methods of a request."""

    GET = "GET"
    POST = "POST"
    PATCH = "PATCH"
    PUT = "PUT"
    DELETE = "DELETE"
    HEAD = "HEAD"


@dataclass(frozen=True)
class BearerToken:
    """Sends `Authorization: Bearer TOKEN`."""

    token: str = field(repr=False)

    def header(self) -> str:
        """Return the value of the `Authorization` header."""
        return f"Bearer {self.token}"


@dataclass(frozen=True)
class BasicAuth:
    """Sends `Authorization: Basic ...`, made of the UTF-8 of name and password."""

    username: str = field(repr=False)
    """Hidden as well: many services put their API key here and leave the password empty."""
    password: str = field(repr=False)

    def header(self) -> str:
        """Return the value of the `Authorization` header."""
        pair = f"{self.username}:{self.password}".encode()
        return f"Basic {b64encode(pair).decode()}"


@dataclass(frozen=True, kw_only=True)
class HttpResponse(Generic[BodyT_co]):
    """An answer with a status below 400."""

    status: int
    headers: Mapping[str, str]
    """Names in lower case; a repeated header's values are joined by a comma."""
    body: BodyT_co
    """Parsed JSON, whatever the content type says; else the text; `None` when empty."""


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


def encode_query(values: Mapping[str, JsonValue]) -> str:
    """Return `values` as a query or a form; numbers and yes/no are written as in JSON.

    >>> encode_query({"page": 2, "tag": ["a", "b"], "deep": True, "none": None})
    'page=2&tag=a&tag=b&deep=true'
    """
    pairs: list[tuple[str, str]] = []
    for name, value in values.items():
        each = value if isinstance(value, Sequence) and not isinstance(value, str) else [value]
        pairs += [(name, js_text(one)) for one in each if one is not None]
    return urlencode(pairs)


def encode_body(body: JsonValue, content_type: str) -> bytes | None:
    """Return the bytes of a request's body, or `None` for a request without one.

    Text goes as it is, anything else as JSON, an object under the form content type as a form.

    Raises:
        FatalError: if the body holds what JSON cannot say, such as NaN.
    """
    if body is None or body == "":
        return None
    try:
        return _body_text(body, content_type).encode()
    except (TypeError, ValueError):
        problem = FatalError(
            "the body of the request is neither text nor JSON",
            hint="send text, numbers that are finite, lists and objects of them",
        )
    raise problem  # outside the handler: the cause may repeat a part of the body


def _body_text(body: JsonValue, content_type: str) -> str:
    import json

    if isinstance(body, str):
        return body
    if isinstance(body, Mapping) and content_type.startswith("application/x-www-form-urlencoded"):
        return encode_query(body)
    return json.dumps(body, ensure_ascii=False, separators=(",", ":"), allow_nan=False)


def decode_body(text: str) -> JsonValue:
    """Return the JSON value `text` holds, or `text` itself, or `None` when it is empty."""
    text = text.removeprefix("\ufeff")
    if not text:
        return None
    try:
        return parse_json(text)
    except ValueError:
        return text
