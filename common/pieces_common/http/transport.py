"""Sends single requests over kept connections, by httpx."""

from __future__ import annotations

import functools
from collections.abc import AsyncGenerator, AsyncIterable, Callable, Mapping
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, TypeAlias
from urllib.parse import unquote

import httpx

from pieces_framework import FatalError, PieceError

from .errors import no_answer
from .logs import keep_secrets_out
from .message import shown_url
from .sent_body import SentBody

if TYPE_CHECKING:
    import ssl

    from .request import Request

Url: TypeAlias = httpx.URL

_LOST: Final = (httpx.RemoteProtocolError, httpx.ReadError, httpx.WriteError)
"""How a connection fails that the service closed while nobody used it."""
_SAFE: Final = frozenset({"GET", "HEAD"})
"""The methods that change nothing. Source: RFC 9110, section 9.2.1."""
_LIMITS: Final = httpx.Limits(max_connections=100, max_keepalive_connections=100)
_NO_TIMEOUTS: Final = {"timeout": dict[str, float]()}
"""The caller's timeout is for the whole attempt."""
_LOCATION: Final = "location"


@dataclass(frozen=True, kw_only=True)
class Hop:
    """What is sent at once: a request, or where it was redirected to."""

    method: str
    url: Url = field(repr=False)
    """Without user and password, which httpx would send."""
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
        except (httpx.RequestError, OSError) as error:  # some of TLS come as they are
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
        keep_secrets_out(httpx.URL)
        self._answered: Final = set[tuple[str, bytes]]()
        """Where a kept connection may lead to."""
        self._client: Final = _client()

    async def aclose(self) -> None:
        """Close every connection."""
        await self._client.aclose()

    async def send(self, hop: Hop, request: Request) -> RawAnswer:
        """Send `hop`, for `request`, and return its answer once its headers are there.

        A connection that the service closed in the meantime is replaced, where the request does no
        harm if it arrives twice. Source: RFC 9112, section 9.3.1.

        Raises:
            RetryableHttpError: if there is no answer, or the connections were closed before.
            FatalError: if HTTP does not allow the request.
        """
        if hop.data is None or isinstance(hop.data, bytes):
            return await self._send(hop, request, hop.data)
        async with aclosing(SentBody(hop.data, request.name)) as body:
            return await self._send(hop, request, body)

    async def _send(self, hop: Hop, request: Request, data: bytes | SentBody | None) -> RawAnswer:
        origin = (hop.url.scheme, hop.url.netloc)
        is_harmless = hop.method in _SAFE and not hop.is_one_time
        tries_left = 2 if origin in self._answered and is_harmless else 1
        while True:
            tries_left -= 1
            try:
                response = await self._sent(hop, request, data)
            except (httpx.RequestError, OSError) as error:  # some of TLS come as they are
                if isinstance(data, SentBody) and data.has_failed:
                    raise
                if not tries_left or not isinstance(error, _LOST):
                    failure = _failure(request, error)
                    break
            else:
                self._answered.add(origin)
                return RawAnswer(response, request)
        raise failure  # outside the handler: the cause may hold a header or the query

    async def _sent(
        self, hop: Hop, request: Request, data: bytes | SentBody | None
    ) -> httpx.Response:
        if self._client.is_closed:
            raise no_answer(
                request,
                "was cut off: the run it belongs to is over",
                "await what you start before the run ends",
            )
        sent = httpx.Request(
            hop.method,
            hop.url,
            headers=[
                (name.encode("ascii"), value.encode("latin-1"))
                for name, value in hop.headers.items()
            ],
            content=data,
            extensions=_NO_TIMEOUTS,
        )
        return await self._client.send(sent, stream=True, follow_redirects=False)


def absolute_url(text: str) -> Url:
    """Return the URL that `text` is.

    Raises:
        FatalError: if it does not begin with `http://` or `https://` and a host.
    """
    url = _web_url(lambda: httpx.URL(text))
    if url is None:
        raise FatalError(
            f"`{shown_url(text)}` is not an absolute URL",
            hint="begin it with http:// or https:// and the name of a host",
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
        url.raw_host.decode("ascii").encode("idna")  # as the lookup of the name will
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


def _failure(request: Request, error: httpx.RequestError | OSError) -> PieceError:
    if isinstance(error, httpx.LocalProtocolError):  # its text may repeat a header
        return FatalError(
            f"`{request.name}` cannot be sent: its headers and its body do not fit together",
            hint="leave `Content-Length` and `Transfer-Encoding` out of `headers`",
        )
    if isinstance(error, httpx.ConnectError):  # its text is a reason, safe to show
        return no_answer(request, f"was not reached: {error}", "check the address and the network")
    if isinstance(error, httpx.ProxyError):
        return no_answer(request, "was not let through by the proxy", "check HTTP_PROXY")
    return no_answer(request, f"broke off ({type(error).__name__})")
