"""A request that is ready to be sent, as often as need be."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pieces_framework import AuthorCodeError

from .authentication import ApiKeyQuery, Authentication, basic
from .body import Content, checked_length, encode_body
from .headers import request_headers
from .message import HttpMethod, shown_url
from .options import DEFAULT_TIMEOUT_S, RequestOptions, check_options
from .query import QueryParams, encode_pairs, encode_query, with_query

if TYPE_CHECKING:
    from .rate_limit import RateLimit
    from .transport import Url


@dataclass(frozen=True, kw_only=True)
class Request:
    """What is sent, and how. Its `repr` holds nothing that may be secret."""

    method: HttpMethod
    given_url: str = field(repr=False)
    url: Url = field(repr=False)
    """With the whole query, without user, password and fragment."""
    headers: Mapping[str, str] = field(repr=False)
    """Names in lower case."""
    content: Content
    authentication: Authentication | None
    timeout_s: float | None
    retries: int
    rate_limit: RateLimit | None
    follow_redirects: bool
    max_response_bytes: int | None
    """`None` if the caller gave none."""

    @property
    def shown_url(self) -> str:
        """The URL without what may be secret in it."""
        return shown_url(self.given_url)

    @property
    def name(self) -> str:
        """Method and URL, as messages name the request."""
        return f"{self.method} {self.shown_url}"


def prepared(method: HttpMethod | str, url: str, accept: str, options: RequestOptions) -> Request:
    """Return the request that `options` ask for.

    Raises:
        FatalError: if it cannot be sent as it is.
        AuthorCodeError: if an option, or the method, is none or has a value that none can have.
    """
    from .transport import absolute_url, without_user

    # The types say `str`; what comes from JSON may be null all the same.
    if not isinstance(url, str):  # pyright: ignore[reportUnnecessaryIsInstance]
        raise AuthorCodeError(
            f"the URL of a {method} request is {type(url).__name__}, not text",
            hint="pass one that begins with https://",
        )
    name = f"{method} {shown_url(url)}"
    known_method = _known(method, name)
    check_options(options, name)
    authentication = options.get("authentication")
    headers = request_headers(options.get("headers") or {}, authentication, accept, name)
    query = _query(options.get("query_params"), authentication, f"query of `{name}`")
    target = absolute_url(with_query(url, query))
    if target.userinfo:
        target, user, password = without_user(target)
        headers.setdefault("authorization", basic(user, password))
    content = encode_body(options.get("body"), headers.get("content-type", ""), name)
    if "content-length" in headers:
        content = checked_length(content, headers["content-length"], name)
    headers.update(content.headers)  # the type is the caller's, or made from it
    return Request(
        method=known_method,
        given_url=url,
        url=target,
        headers=headers,
        content=content,
        authentication=authentication,
        timeout_s=options.get("timeout_s", DEFAULT_TIMEOUT_S),
        retries=options.get("retries", 0),
        rate_limit=options.get("rate_limit"),
        follow_redirects=options.get("follow_redirects", True),
        max_response_bytes=options.get("max_response_bytes"),
    )


def _known(method: HttpMethod | str, request_name: str) -> HttpMethod:
    try:
        return HttpMethod(method)
    except ValueError:
        pass
    raise AuthorCodeError(
        f"`{request_name}`: there is no method `{method}`",
        hint=f"use one of {', '.join(HttpMethod)}",
    )


def _query(params: QueryParams | None, authentication: Authentication | None, where: str) -> str:
    query = encode_query(params, where) if params else ""
    if isinstance(authentication, ApiKeyQuery):
        added = encode_pairs([(authentication.name, authentication.key)], where)
        query = f"{query}&{added}" if query else added
    return query
