"""What every request may ask for."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Final, TypedDict, cast

from pieces_framework import AuthorCodeError

from .authentication import Authentication
from .body import Body
from .query import QueryParams
from .rate_limit import RateLimit

DEFAULT_TIMEOUT_S: Final = 30.0
"""How long an attempt may take, from connecting to the last byte, redirects included."""
DEFAULT_MAX_RESPONSE_BYTES: Final = 50 * 2**20


class RequestOptions(TypedDict, total=False):
    """The keywords of `http_client.send_request` and `http_client.stream`; each may be left out."""

    headers: Mapping[str, str] | None
    """Win over every default, `authentication` included, whatever their case."""
    query_params: QueryParams | None
    """Added to the query that the URL has already."""
    body: Body
    """JSON, text, bytes, a stream of bytes, or a `MultipartBody`. What it is says its
    `Content-Type`, unless `headers` say another."""
    authentication: Authentication | None
    timeout_s: float | None
    """Seconds for one attempt, from connecting to the last byte; 30 by default, `None` for no
    limit. Of a stream only the time that it is waited for counts."""
    retries: int
    """How many more times a request that fails for a passing reason is sent; 0 by default."""
    rate_limit: RateLimit | None
    """Waited for before each attempt, counted per `authentication`."""
    follow_redirects: bool
    """With `False` an answer of 3xx is returned as it is."""
    max_response_bytes: int
    """How large the body of the answer may be, after decompression: 50 MB by default. A stream has
    no limit unless it is given."""


_NAMES: Final = frozenset(RequestOptions.__annotations__)


def check_options(options: RequestOptions, request_name: str) -> None:
    """Refuse keywords that do not exist, and values that mean nothing.

    Raises:
        AuthorCodeError: if there is one.
    """
    if unknown := options.keys() - _NAMES:
        raise AuthorCodeError(
            f"`{request_name}`: a request takes no keyword `{min(unknown)}`",
            hint=f"it takes {', '.join(sorted(_NAMES))}",
        )
    timeout_s = options.get("timeout_s")
    if timeout_s is not None and not _is_duration(timeout_s):
        raise AuthorCodeError(
            f"`{request_name}`: `timeout_s` must be a number of seconds above 0, got {timeout_s!r}",
            hint="pass `None` for no limit",
        )
    for name in ("retries", "max_response_bytes"):
        value = options.get(name, 0)
        if type(value) is not int or value < 0:
            raise AuthorCodeError(
                f"`{request_name}`: `{name}` must be a whole number, 0 or more, got {value!r}",
                hint="leave it out for the default",
            )
    _check_types(options, request_name)


def _check_types(options: Mapping[str, object], request_name: str) -> None:
    """Refuse what type checkers refuse too, of a caller who has none; values may be secret."""
    headers = options.get("headers")
    if headers is not None and not _has_texts_as_keys(headers):
        raise AuthorCodeError(
            f"`{request_name}`: `headers` must be a dict whose keys are text, got"
            f" {type(headers).__name__}",
            hint='write them as `{"Accept": "text/csv"}`',
        )
    rate_limit = options.get("rate_limit")
    if rate_limit is not None and not isinstance(rate_limit, RateLimit):
        raise AuthorCodeError(
            f"`{request_name}`: `rate_limit` must be a `RateLimit`, got"
            f" {type(rate_limit).__name__}",
            hint="declare one in a module of the piece: `RateLimit(requests=10, per_s=1.0)`",
        )


def _has_texts_as_keys(value: object) -> bool:
    if not isinstance(value, Mapping):
        return False
    return all(isinstance(name, str) for name in cast("Mapping[object, object]", value))


def _is_duration(value: object) -> bool:
    return type(value) in {int, float} and 0 < cast("float", value) < math.inf
