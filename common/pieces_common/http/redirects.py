"""Following redirects: no other host gets what was meant for the first one."""

from __future__ import annotations

from contextlib import aclosing, suppress
from typing import TYPE_CHECKING, Final

from .errors import RetryableHttpError, refused
from .services import is_same_service
from .transport import Hop, joined_url

if TYPE_CHECKING:
    from .errors import HttpError
    from .request import Request
    from .transport import Pool, RawAnswer

MAX_REDIRECTS: Final = 10

_DRAIN_BYTES: Final = 2**16
_DRAIN_S: Final = 0.5
"""How much of a redirect's body is read, and how long; opening a connection is cheaper then."""

_REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})
_OF_BODY: Final = frozenset(
    {"content-type", "content-length", "content-encoding", "transfer-encoding"}
)


async def follow(pool: Pool, request: Request) -> RawAnswer:
    """Send `request`, go where it is redirected, unless it says not to, and return the answer.

    Raises:
        HttpError: if a redirect leads nowhere, asks for a body at another host or for one that can
            be sent only once, or goes from https to http.
    """
    hop = Hop(
        method=request.method.value,
        url=request.url,
        headers=request.headers,
        data=request.content.data,
        is_one_time=request.content.is_one_time,
    )
    answer = await pool.send(hop, request)
    if not request.follow_redirects:
        return answer
    followed = 0
    while answer.status in _REDIRECTS and "location" in answer.headers:
        try:
            followed += 1
            if followed > MAX_REDIRECTS:
                raise _refused(
                    answer,
                    f"redirects more than {MAX_REDIRECTS} times",
                    "check the address; a service may do so without a cookie or a login",
                )
            hop = _next_hop(hop, answer)
            await _drain(answer)
        finally:
            await answer.aclose()
        answer = await pool.send(hop, request)
    return answer


async def _drain(answer: RawAnswer) -> None:
    """Read a body that is short and there already, so that its connection can be kept."""
    import asyncio

    size = 0
    with suppress(RetryableHttpError, TimeoutError):  # then it is closed, and nothing is lost
        async with asyncio.timeout(_DRAIN_S), aclosing(answer.chunks()) as chunks:
            async for chunk in chunks:
                size += len(chunk)
                if size > _DRAIN_BYTES:
                    return


def _next_hop(hop: Hop, answer: RawAnswer) -> Hop:
    target = joined_url(hop.url, answer.headers["location"])
    if target is None:
        raise _refused(
            answer,
            "redirects to no web address",
            "the error's `headers['location']` is where; tell the service",
        )
    target = target.copy_with(userinfo=b"")
    method = _next_method(hop.method, answer.status)
    if (hop.url.scheme, target.scheme) == ("https", "http"):
        raise _refused(answer, "redirects from https to http", "pass the address it shall go to")
    if not is_same_service(hop.url, target):
        if method not in {"GET", "HEAD"} or (method == hop.method and hop.data is not None):
            raise _refused(
                answer,
                f"redirects to another host, `{target.host}`",
                "send the request there yourself, if the service says so",
            )
        kept = ("accept", "accept-encoding", "user-agent")
        headers = {name: hop.headers[name] for name in kept if name in hop.headers}
        return Hop(method=method, url=target, headers=headers, data=None)
    if method != hop.method:
        headers = {name: value for name, value in hop.headers.items() if name not in _OF_BODY}
        return Hop(method=method, url=target, headers=headers, data=None)
    if hop.is_one_time:
        raise _refused(
            answer,
            "redirects, and its body can be sent only once",
            "send it to the address in the error's `headers['location']`",
        )
    return Hop(method=method, url=target, headers=hop.headers, data=hop.data)


def _next_method(method: str, status: int) -> str:
    """Return the method to go on with. Source: RFC 9110, section 15.4, and what browsers do."""
    if status in {302, 303} and method != "HEAD":
        return "GET"
    return "GET" if status == 301 and method == "POST" else method


def _refused(answer: RawAnswer, what: str, hint: str) -> HttpError:
    return refused(
        answer.request,
        f"`{answer.request.name}` {what}",
        status=answer.status,
        headers=answer.headers,
        hint=hint,
    )
