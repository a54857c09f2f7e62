"""A request that is ready to be sent, as often as need be."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from .authentication import ApiKeyQuery, Authentication, basic
from .body import Body, Content, checked_length, encode_body
from .headers import request_headers
from .message import HttpMethod, shown_url
from .options import DEFAULT_TIMEOUT_S
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

    @property
    def shown_url(self) -> str:
        """The URL without what may be secret in it."""
        return shown_url(self.given_url)

    @property
    def name(self) -> str:
        """Method and URL, as messages name the request."""
        return f"{self.method.value} {self.shown_url}"


def prepared(
    method: HttpMethod,
    url: str,
    accept: str,
    *,
    default_max_bytes: int | None,
    headers: Mapping[str, str] | None = None,
    query_params: QueryParams | None = None,
    body: Body = None,
    authentication: Authentication | None = None,
    timeout_s: float | None = DEFAULT_TIMEOUT_S,
    retries: int = 0,
    rate_limit: RateLimit | None = None,
    follow_redirects: bool = True,
    max_response_bytes: int | None = None,
) -> Request:
    """Return the request that the keywords of `RequestOptions` ask for.

    Raises:
        FatalError: if it cannot be sent as it is.
    """
    from .transport import absolute_url, without_user

    target = absolute_url(with_query(url, _query(query_params, authentication)))
    sent_headers = request_headers(headers or {}, authentication, accept)
    if target.userinfo:
        target, user, password = without_user(target)
        sent_headers.setdefault("authorization", basic(user, password))
    content = encode_body(body, sent_headers.get("content-type", ""))
    if "content-length" in sent_headers and content.data is not None:
        content = checked_length(content, sent_headers["content-length"])
    sent_headers.update(content.headers)  # what the caller gave is in them
    return Request(
        method=method,
        given_url=url,
        url=target,
        headers=sent_headers,
        content=content,
        authentication=authentication,
        timeout_s=timeout_s,
        retries=retries,
        rate_limit=rate_limit,
        follow_redirects=follow_redirects,
        max_response_bytes=default_max_bytes if max_response_bytes is None else max_response_bytes,
    )


def _query(query_params: QueryParams | None, authentication: Authentication | None) -> str:
    query = encode_query(query_params) if query_params else ""
    if isinstance(authentication, ApiKeyQuery):
        added = encode_pairs([(authentication.name, authentication.key)], "query")
        query = f"{query}&{added}" if query else added
    return query
