"""The HTTP client of pieces. The one module that knows httpx, and only once a request is sent."""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final, TypeVar, overload

from pieces_framework import FatalError, JsonValue

from .errors import NO_ANSWER, HttpError, RetryableHttpError, error_for
from .message import (
    BasicAuth,
    BearerToken,
    HttpMethod,
    HttpResponse,
    QueryValue,
    decode_body,
    encode_body,
    encode_query,
    shown_url,
)

if TYPE_CHECKING:
    import logging
    import ssl

    import httpx
    from pydantic import BaseModel

ModelT = TypeVar("ModelT", bound="BaseModel")

DEFAULT_TIMEOUT_S: Final = 30.0
"""How long a request may take from first to last byte, redirects included."""
MAX_REDIRECTS: Final = 10

_HEADER_NAME: Final = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_HEADER_VALUE: Final = re.compile(r"[\t\x20-\x7e\x80-\xff]*")


class HttpClient:
    """Sends requests. Use the module's `http_client`; it keeps nothing between requests."""

    @overload
    async def send_request(
        self,
        method: HttpMethod,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        query_params: Mapping[str, QueryValue] | None = None,
        body: JsonValue = None,
        authentication: BearerToken | BasicAuth | None = None,
        timeout_s: float = DEFAULT_TIMEOUT_S,
        parse: None = None,
    ) -> HttpResponse[JsonValue]: ...
    @overload
    async def send_request(
        self,
        method: HttpMethod,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        query_params: Mapping[str, QueryValue] | None = None,
        body: JsonValue = None,
        authentication: BearerToken | BasicAuth | None = None,
        timeout_s: float = DEFAULT_TIMEOUT_S,
        parse: type[ModelT],
    ) -> HttpResponse[ModelT]: ...
    async def send_request(
        self,
        method: HttpMethod,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        query_params: Mapping[str, QueryValue] | None = None,
        body: JsonValue = None,
        authentication: BearerToken | BasicAuth | None = None,
        timeout_s: float = DEFAULT_TIMEOUT_S,
        parse: type[BaseModel] | None = None,
    ) -> HttpResponse[Any]:  # the overloads say which
        """Send one request and return its answer, after any redirects.

        A redirect to another host is followed without the headers and only if it needs no body:
        what was meant for one service is not handed to the next.

        Args:
            method: the request's method.
            url: absolute, `http` or `https`. What its path holds shows in error messages.
            headers: win over every default, `authentication` included, whatever their case.
            query_params: added to the query that `url` has already.
            body: an object or a list goes as JSON (an object as a form, if `headers` say so),
                text as it is; both as `application/json` unless `headers` say otherwise.
            authentication: sent as the `Authorization` header.
            timeout_s: seconds for all of it; half a minute by default.
            parse: a pydantic model for the answer's body; without it the body is plain JSON.

        Raises:
            HttpError: if the service answers with a status of 400 or more, or redirects the body
                to another host.
            RetryableHttpError: if that is 429 or 5xx, or if there is no answer.
            FatalError: if the request cannot be sent as it is, or the answer does not fit `parse`.
        """
        import asyncio

        import httpx

        _keep_queries_out_of_logs()
        target = _target(url, query_params)
        shown = shown_url(url)
        sent_headers = _headers(headers or {}, authentication)
        content = encode_body(body, sent_headers.get("content-type", "").lower())
        if content is not None:
            sent_headers.setdefault("content-type", "application/json")
        try:
            async with asyncio.timeout(timeout_s), _client() as client:
                request = client.build_request(
                    method.value, target, headers=_encoded(sent_headers), content=content
                )
                answer = await _follow(client, request, method, shown)
        except (TimeoutError, httpx.RequestError) as error:
            # `from None`: the cause may hold a header or the query.
            raise _unanswered(method, shown, error, timeout_s) from None
        answered = decode_body(answer.text)
        answer_headers = dict(answer.headers)
        if answer.status_code >= 400:
            raise error_for(method, shown, answer.status_code, answer_headers, answered)
        return HttpResponse(
            status=answer.status_code,
            headers=answer_headers,
            body=answered if parse is None else _parsed(parse, answered, f"{method.value} {shown}"),
        )


http_client: Final = HttpClient()
"""The client that pieces call."""


async def _follow(
    client: httpx.AsyncClient, request: httpx.Request, method: HttpMethod, shown: str
) -> httpx.Response:
    """Send a request and go where it is redirected; no other host gets what was meant for this."""
    import httpx

    origin = request.url
    # Without it httpx lets a user and password in the URL win over our header.
    auth = httpx.Auth() if "authorization" in request.headers else None
    for _ in range(MAX_REDIRECTS):
        answer = await client.send(request, auth=auth)
        if answer.next_request is None:
            return answer
        request = answer.next_request
        if _is_same_service(origin, request.url):
            continue
        if request.method not in {"GET", "HEAD"}:
            raise HttpError(
                f"`{method.value} {shown}` redirects to another host, `{request.url.host}`",
                status=answer.status_code,
                method=method,
                url=shown,
                hint="send the request there yourself, if the service says so",
            )
        accept = {"accept": request.headers.get("accept", "*/*")}
        request, auth = client.build_request(request.method, request.url, headers=accept), None
    raise httpx.TooManyRedirects("too many redirects", request=request)


def _is_same_service(origin: httpx.URL, target: httpx.URL) -> bool:
    """Whether `target` may see the credentials sent to `origin`: the same host, no less secure."""
    unchanged = (origin.scheme, origin.port) == (target.scheme, target.port)
    upgraded = origin.port is None and target.port is None and target.scheme == "https"
    return target.host == origin.host and (unchanged or upgraded)


def _client() -> httpx.AsyncClient:
    """A client of its own for each request: a pool of connections would bind to one event loop."""
    import httpx

    return httpx.AsyncClient(verify=_tls(), timeout=None)  # noqa: S113 -- the caller's timeout is for the whole request


@functools.cache
def _tls() -> ssl.SSLContext:
    """Reading the certificates takes longer than many a request."""
    import httpx

    return httpx.create_ssl_context()


def _target(url: str, query_params: Mapping[str, QueryValue] | None) -> httpx.URL:
    import httpx

    try:
        target = httpx.URL(url)
    except (httpx.InvalidURL, UnicodeError):
        target = httpx.URL("")
    if target.scheme not in {"http", "https"} or not target.host:
        raise FatalError(
            f"`{shown_url(url)}` is not an absolute URL",
            hint="begin it with http:// or https://",
        )
    added = encode_query(query_params or {})
    query = "&".join(part for part in (target.query.decode("ascii"), added) if part)
    return target.copy_with(query=query.encode("ascii") if query else None, fragment=None)


def _headers(
    given: Mapping[str, str], authentication: BearerToken | BasicAuth | None
) -> dict[str, str]:
    headers = {"accept": "application/json"}
    if authentication is not None:
        headers["authorization"] = authentication.header()
    headers.update((name.lower(), value) for name, value in given.items())
    for name, value in headers.items():
        if not (_HEADER_NAME.fullmatch(name) and _HEADER_VALUE.fullmatch(value)):
            raise FatalError(
                f"the header {name!r} cannot be sent: HTTP does not allow one of its characters",
                hint="look for a line break or a typographic quote that was pasted with the value",
            )
    return headers


def _encoded(headers: Mapping[str, str]) -> list[tuple[bytes, bytes]]:
    return [(name.encode("ascii"), value.encode("latin-1")) for name, value in headers.items()]


def _unanswered(
    method: HttpMethod, url: str, error: TimeoutError | httpx.RequestError, timeout_s: float
) -> HttpError:
    import httpx

    if isinstance(error, httpx.TooManyRedirects | httpx.UnsupportedProtocol):
        return HttpError(
            f"`{method.value} {url}` redirects in circles or to no web address",
            status=NO_ANSWER,
            method=method,
            url=url,
        )
    if isinstance(error, TimeoutError):
        what, hint = f"took longer than {timeout_s:g} s", "try again, or pass a longer `timeout_s`"
    elif isinstance(error, httpx.ConnectError):  # its text is a reason, safe to show
        what, hint = f"was not reached: {error}", "check the address and the network"
    else:
        what, hint = f"broke off ({type(error).__name__})", "try again later"
    return RetryableHttpError(
        f"`{method.value} {url}` {what}", status=NO_ANSWER, method=method, url=url, hint=hint
    )


def _parsed(model: type[ModelT], body: JsonValue, request: str) -> ModelT:
    from pydantic import ValidationError

    try:
        return model.model_validate(body)
    except ValidationError as error:
        problems = [
            f"`{'.'.join(map(str, problem['loc'])) or 'body'}`: {problem['msg']}"
            for problem in error.errors(include_url=False, include_input=False)
        ]
    more = f" and {len(problems) - 3} more" if len(problems) > 3 else ""
    # Outside the handler: pydantic's own error repeats what the service sent.
    raise FatalError(
        f"what `{request}` answered is not `{model.__name__}`: {'; '.join(problems[:3])}{more}",
        hint="compare the model with the service's documentation",
    )


@functools.cache
def _keep_queries_out_of_logs() -> None:
    """Let httpx log each request without its query, where many services want the API key."""
    import logging

    logging.getLogger("httpx").addFilter(_shorten_urls)


def _shorten_urls(record: logging.LogRecord) -> bool:
    import httpx

    if isinstance(record.args, tuple):
        record.args = tuple(
            shown_url(str(value)) if isinstance(value, httpx.URL) else value
            for value in record.args
        )
    return True
