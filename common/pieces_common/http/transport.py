"""Sends single requests over kept connections. The one module that knows httpx."""

from __future__ import annotations

import functools
import logging
from collections.abc import AsyncGenerator, AsyncIterable, Callable, Mapping
from dataclasses import dataclass, field
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import TYPE_CHECKING, Final, TypeAlias
from urllib.parse import unquote

import httpx

from pieces_framework import FatalError, PieceError

from .errors import no_answer
from .message import shown_url

if TYPE_CHECKING:
    import ssl

    from .request import Request

Url: TypeAlias = httpx.URL

_LOST: Final = (httpx.RemoteProtocolError, httpx.ReadError, httpx.WriteError)
"""How a connection fails that the service closed while nobody used it."""
_REPEATABLE: Final = frozenset({"GET", "HEAD", "PUT", "DELETE"})
_LIMITS: Final = httpx.Limits(max_connections=100, max_keepalive_connections=100)
_NO_TIMEOUTS: Final = {"timeout": dict[str, float]()}
"""The caller's timeout is for the whole attempt."""
_LOCATION: Final = "location"
_NO_AUTH: Final = httpx.Auth()
"""Without it httpx looks for credentials of its own."""


@dataclass(frozen=True, kw_only=True)
class Hop:
    """What is sent at once: a request, or where it was redirected to."""

    method: str
    url: Url = field(repr=False)
    headers: Mapping[str, str] = field(repr=False)
    data: bytes | AsyncIterable[bytes] | None = field(repr=False)
    is_one_time: bool = False


class RawAnswer:
    """An answer whose body has not been read. Close it."""

    def __init__(self, response: httpx.Response, request: Request) -> None:
        self._response: Final = response
        self.request: Final = request
        self.status: Final = response.status_code
        self.headers: Final = _headers(response.headers.raw)
        """Names in lower case; a repeated header's values are joined by a comma."""
        if _LOCATION in response.extensions:
            self.headers["location"] = response.extensions[_LOCATION]

    async def chunks(self) -> AsyncGenerator[bytes]:
        """Yield the body once, as it comes.

        Raises:
            RetryableHttpError: if it breaks off.
        """
        try:
            async for chunk in self._response.aiter_raw():
                yield chunk
        except httpx.RequestError as error:
            failure = _failure(self.request, error)
        else:
            return
        raise failure  # outside the handler: the cause may hold a header or the query

    async def aclose(self) -> None:
        """Keep the connection if the body was read to its end, else close it."""
        await self._response.aclose()


class Pool:
    """Connections of one event loop that are used again. Nothing else passes between requests.

    Raises:
        FatalError: if the environment names a proxy that cannot be used.
    """

    def __init__(self) -> None:
        _keep_queries_out_of_logs()
        self._answered: Final = set[tuple[str, bytes]]()
        """Where a kept connection may lead to."""
        self._client: Final = _client()

    async def aclose(self) -> None:
        """Close every connection."""
        await self._client.aclose()

    async def send(self, hop: Hop, request: Request) -> RawAnswer:
        """Send `hop`, for `request`, and return its answer once its headers are there.

        A connection that the service closed in the meantime is replaced, where the request may be
        sent twice. Source: RFC 9112, section 9.3.1.

        Raises:
            RetryableHttpError: if there is no answer.
            FatalError: if HTTP does not allow the request.
        """
        origin = (hop.url.scheme, hop.url.netloc)
        may_be_stale = origin in self._answered
        try:
            try:
                response = await self._sent(hop)
            except _LOST:
                if not may_be_stale or hop.is_one_time or hop.method not in _REPEATABLE:
                    raise
                response = await self._sent(hop)
        except (httpx.RequestError, UnicodeError) as error:
            failure = _failure(request, error)
        else:
            self._answered.add(origin)
            return RawAnswer(response, request)
        raise failure  # outside the handler: the cause may hold a header or the query

    async def _sent(self, hop: Hop) -> httpx.Response:
        request = httpx.Request(
            hop.method,
            hop.url,
            headers=[
                (name.encode("ascii"), value.encode("latin-1"))
                for name, value in hop.headers.items()
            ],
            content=hop.data,
            extensions=_NO_TIMEOUTS,
        )
        return await self._client.send(request, stream=True, auth=_NO_AUTH, follow_redirects=False)


def absolute_url(text: str) -> Url:
    """Return the URL that `text` is.

    Raises:
        FatalError: if it does not begin with `http://` or `https://` and a host.
    """
    url = _web_url(lambda: httpx.URL(text))
    if url is None:
        raise FatalError(
            f"`{shown_url(text)}` is not an absolute URL",
            hint="begin it with http:// or https://",
        )
    return url


def without_user(url: Url) -> tuple[Url, str, str]:
    """Return `url` without user and password, and these two."""
    user, _, password = url.userinfo.decode("ascii").partition(":")
    return url.copy_with(userinfo=b""), unquote(user), unquote(password)


def joined_url(url: Url, reference: str) -> Url | None:
    """Return where `reference` leads from `url`; `None` if that is no address of the web."""
    return _web_url(lambda: url.join(reference))


def _web_url(read: Callable[[], Url]) -> Url | None:
    try:
        url = read()
        is_of_the_web = url.scheme in {"http", "https"} and url.host != ""
        has_port = url.port is None or 0 < url.port < 2**16
    except (httpx.InvalidURL, UnicodeError):
        return None
    return url if is_of_the_web and has_port else None


def _client() -> httpx.AsyncClient:
    try:
        return httpx.AsyncClient(
            verify=_tls(),
            timeout=None,  # noqa: S113 -- the caller's timeout is for the whole attempt
            limits=_LIMITS,
            event_hooks={"response": [_hide_location]},
            # Nobody sends them; this way nobody keeps them either.
            cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),
        )
    except (ValueError, ImportError, httpx.InvalidURL):
        pass
    # Outside the handler: the cause may hold the proxy's password.
    raise FatalError(
        "the proxy that the environment names cannot be used",
        hint="set HTTP_PROXY and HTTPS_PROXY to a URL that begins with http:// or https://",
    )


async def _hide_location(response: httpx.Response) -> None:
    """Keep httpx from reading where a redirect leads, and from failing if that is no URL."""
    if _LOCATION in response.headers:
        response.extensions[_LOCATION] = response.headers.pop(_LOCATION)


@functools.cache
def _tls() -> ssl.SSLContext:
    """Reading the certificates takes longer than many a request."""
    return httpx.create_ssl_context()


def _headers(raw: list[tuple[bytes, bytes]]) -> dict[str, str]:
    headers: dict[str, str] = {}
    for raw_name, raw_value in raw:
        name = raw_name.decode("latin-1").lower()
        try:
            value = raw_value.decode()
        except UnicodeDecodeError:
            value = raw_value.decode("latin-1")
        headers[name] = f"{headers[name]}, {value}" if name in headers else value
    return headers


def _failure(request: Request, error: httpx.RequestError | UnicodeError) -> PieceError:
    if isinstance(error, httpx.LocalProtocolError):  # its text may repeat a header
        return FatalError(
            f"`{request.name}` cannot be sent: its headers and its body do not fit together",
            hint="leave `Content-Length` and `Transfer-Encoding` out of `headers`",
        )
    if isinstance(error, httpx.ConnectError):  # its text is a reason, safe to show
        return no_answer(request, f"was not reached: {error}", "check the address and the network")
    if isinstance(error, UnicodeError):
        return no_answer(request, "was not reached: no host has such a name", "check the address")
    if isinstance(error, httpx.ProxyError):
        return no_answer(request, "was not let through by the proxy", "check HTTP_PROXY")
    return no_answer(request, f"broke off ({type(error).__name__})")


@functools.cache
def _keep_queries_out_of_logs() -> None:
    """Let httpx log each request without its query, where many services want the API key."""
    logging.getLogger("httpx").addFilter(_shorten_urls)


def _shorten_urls(record: logging.LogRecord) -> bool:
    if isinstance(record.args, tuple):
        record.args = tuple(
            shown_url(str(value)) if isinstance(value, httpx.URL) else value
            for value in record.args
        )
    return True
