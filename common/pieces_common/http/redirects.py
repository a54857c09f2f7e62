"""Following redirects: no other host gets what was meant for the first one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from .errors import refused
from .reading import MAX_ERROR_BYTES, read_within
from .transport import Hop, joined_url

if TYPE_CHECKING:
    from .errors import HttpError
    from .request import Request
    from .transport import Pool, RawAnswer, Url

MAX_REDIRECTS: Final = 10

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
            target = joined_url(hop.url, answer.headers["location"])
            if target is None or followed > MAX_REDIRECTS:
                raise refused(
                    request, f"`{request.name}` redirects in circles or to no web address"
                )
            hop = _next_hop(hop, target, answer)
            await read_within(answer, MAX_ERROR_BYTES)  # so that the connection can be kept
        finally:
            await answer.aclose()
        answer = await pool.send(hop, request)
    return answer


def _next_hop(hop: Hop, target: Url, answer: RawAnswer) -> Hop:
    target = target.copy_with(userinfo=b"", fragment=None)
    method = _next_method(hop.method, answer.status)
    if (hop.url.scheme, target.scheme) == ("https", "http"):
        raise _refused(answer, "redirects from https to http", "pass the address it shall go to")
    if not is_same_service(hop.url, target):
        if method not in {"GET", "HEAD"}:
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


def is_same_service(origin: Url, target: Url) -> bool:
    """Whether `target` may see the credentials sent to `origin`: the same host, no less secure."""
    unchanged = (origin.scheme, origin.port) == (target.scheme, target.port)
    upgraded = origin.port is None and target.port is None and target.scheme == "https"
    return target.host == origin.host and (unchanged or upgraded)


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
